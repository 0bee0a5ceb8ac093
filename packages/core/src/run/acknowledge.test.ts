// When a source hears that what it gave is in good hands: never before it is, and at last of all.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parallel } from '../compose/parallel.ts'
import type { Context } from '../contracts.ts'
import { SinkTerm } from '../term/sink-term.ts'
import { BatchSourceTerm } from '../term/source-term.ts'
import type { Term } from '../term/term.ts'
import { settled } from '../test/deadline.ts'
import { law } from '../test/property.ts'
import { Collect, countSlowly, map, turn } from '../test/terms.ts'
import { MemoryStore } from '../testing/memory-store.ts'
import { run } from './run.ts'

/** A server's queue: it gives again what nobody has acknowledged. */
class Queue {
  readonly messages: number
  acknowledged = 0
  /** What it was told, and what the source did, in order. */
  readonly log: string[] = []

  constructor(messages: number) {
    this.messages = messages
  }
}

class Consumer extends BatchSourceTerm<number> {
  override name = 'consumer'
  override readonly live = true
  readonly #queue: Queue
  readonly #batch: number
  readonly #fails: boolean

  constructor(queue: Queue, batch: number, fails = false) {
    super()
    this.#queue = queue
    this.#batch = batch
    this.#fails = fails
  }

  batches(): AsyncGenerator<number[]> {
    return this.#read()
  }

  async *#read(): AsyncGenerator<number[]> {
    const { messages, acknowledged } = this.#queue
    for (let at = acknowledged; at < messages; at += this.#batch) {
      await turn()
      yield Array.from({ length: Math.min(this.#batch, messages - at) }, (_, i) => at + i)
    }
  }

  override position(batch: readonly number[]): number {
    return (batch.at(-1) as number) + 1
  }

  override seek(position: unknown): AsyncGenerator<number[]> {
    // given since the checkpoint, and acknowledged by nobody, or given before and not acknowledged in time
    return this.#from(position as number)
  }

  async *#from(position: number): AsyncGenerator<number[]> {
    for await (const batch of this.#read()) {
      const news = batch.filter((n) => n >= position)
      if (news.length > 0) yield news
    }
  }

  override async acknowledge(position: unknown): Promise<void> {
    await turn()
    if (this.#fails) throw new Error('connection lost')
    this.#queue.acknowledged = position as number
    this.#queue.log.push(`acknowledged ${position}`)
  }

  override exit(): void {
    this.#queue.log.push('exit')
  }
}

const all = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

class Slow extends Collect<number> {
  override async write(item: number, ctx: Context<number[], never>): Promise<void> {
    await turn()
    super.write(item, ctx)
  }
}

test('without checkpoints: as soon as all of a batch has entered the graph; exit comes last', async () => {
  const queue = new Queue(7)
  const sink = new Collect<number>()
  const { result } = await settled(run(new Consumer(queue, 3).pipe(sink)))
  expect(result(sink)).toEqual(all(7))
  expect([queue.acknowledged, queue.log.at(-1)]).toEqual([7, 'exit'])
})

test('without checkpoints, what a batch has left is not acknowledged', async () => {
  const queue = new Queue(30)
  const running = run(new Consumer(queue, 4).pipe(map((n: number) => n)))
  const given: number[] = []
  for await (const n of running.output()) if (given.push(n as number) === 6) break
  await running.done.catch(() => undefined)
  expect(queue.acknowledged % 4).toBe(0)
  expect(queue.acknowledged).toBeLessThan(30)
})

test('with checkpoints: only what a stored one holds, and the rest once the checkpoints are gone', async () => {
  const queue = new Queue(50)
  const store = new MemoryStore()
  const sink = new Slow()
  const running = run(new Consumer(queue, 4).pipe(sink), {
    checkpoint: { store, everyItems: 8 },
    edges: { capacityItems: 4 },
  })
  const before: number[] = []
  running.on('checkpoint', () => before.push(queue.acknowledged))
  const { result } = await settled(running)
  expect(result(sink)).toEqual(all(50))
  expect(before.length).toBeGreaterThan(2)
  expect(before).toEqual([...before].sort((a, b) => a - b))
  expect(before.at(-1)).toBeLessThan(50)
  expect(queue.log.slice(-2)).toEqual(['acknowledged 50', 'exit'])
  expect(await store.list()).toEqual([])
})

test('a run that is drained leaves the rest to the one that goes on', async () => {
  const queue = new Queue(1000)
  const store = new MemoryStore()
  const options = { checkpoint: { store, everyItems: 8 }, edges: { capacityItems: 4 } }
  const graph = (): [Slow, Term<never, never>] => {
    const sink = new Slow()
    return [sink, new Consumer(queue, 4).pipe(sink)]
  }
  const running = run(graph()[1], options)
  let checkpoints = 0
  running.on('checkpoint', () => {
    if (++checkpoints === 4) void running.stop()
  })
  await settled(running)
  expect(queue.acknowledged).toBeLessThan(1000)
  const [sink, again] = graph()
  const { result } = await settled(run(again, options))
  expect(result(sink)).toEqual(all(1000))
  expect(queue.acknowledged).toBe(1000)
})

test.each([undefined, new MemoryStore()])('what fails in it fails the run', async (store) => {
  const queue = new Queue(9)
  const options = store === undefined ? {} : { checkpoint: { store, everyItems: 2 } }
  await expect(settled(run(new Consumer(queue, 2, true).pipe(new Slow()), options))).rejects.toMatchObject({
    term: 'consumer',
    phase: 'acknowledge',
    cause: { message: 'connection lost' },
  })
  expect(queue.log).toEqual(['exit'])
})

/** As a server that has gone away for good. */
class Unanswered extends Consumer {
  isTold = false

  override acknowledge(): Promise<void> {
    this.isTold = true
    return new Promise(() => undefined)
  }
}

test.each(['cancelled', 'failed'])('one that never settles: the %s run ends all the same', async (how) => {
  const queue = new Queue(300)
  const source = new Unanswered(queue, 3)
  const sink = map(async (n: number) => {
    await turn()
    if (how === 'failed' && source.isTold) throw new Error('fails')
    return n
  }).pipe(new Slow())
  const running = run(source.pipe(sink), { cleanupTimeoutMs: 50 })
  const ended = settled(running).catch((error: unknown) => error)
  if (how === 'cancelled') {
    await expect.poll(() => source.isTold).toBe(true)
    await running.cancel('enough').catch(() => undefined)
  }
  const said = {
    cancelled: { code: 'CANCELLED' },
    failed: { cause: { message: 'fails' } },
  }[how]
  expect(await ended).toMatchObject(said as object)
  expect(queue.log).toEqual(['exit'])
})

test('killed at any moment, nothing is lost, and what a state holds is there once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 1, max: 5 }),
      async (kill, batch) => {
        const queue = new Queue(40)
        const store = new MemoryStore()
        let left = kill
        let remains: { store: MemoryStore; acknowledged: number } | undefined
        const options = { checkpoint: { store, everyItems: 5 }, edges: { capacityItems: 4 } }
        const first = new Slow()
        const running = run(new Consumer(queue, batch).pipe(first), {
          ...options,
          pick: (ready) => {
            if (--left === 0) {
              remains = { store: store.copy(), acknowledged: queue.acknowledged }
              void running.cancel('killed')
            }
            return ready - 1
          },
        })
        const ended = await settled(running).catch(() => undefined)
        if (remains === undefined) {
          expect(ended?.result(first)).toEqual(all(40))
          return
        }
        queue.acknowledged = remains.acknowledged
        const sink = new Slow()
        const { result } = await settled(
          run(new Consumer(queue, batch).pipe(sink), { checkpoint: { store: remains.store, everyItems: 5 } }),
        )
        expect(result(sink)).toEqual(all(40))
      },
    ),
    law(100),
  )
})

test('a checkpoint that became due while another one was written is taken, though no item follows', async () => {
  /** Gives two items at once, and the next two only when these are acknowledged. */
  class Patient extends BatchSourceTerm<number> {
    override readonly live = true
    #wake: () => void = () => undefined
    #acknowledged = 0

    override async *batches(): AsyncGenerator<number[]> {
      for (let at = 0; at < 8; at += 2) {
        yield [at, at + 1]
        while (this.#acknowledged < at + 2) await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    }

    override position(batch: readonly number[]): number {
      return (batch.at(-1) as number) + 1
    }

    override seek(): AsyncGenerator<number[]> {
      return this.batches()
    }

    override acknowledge(position: unknown): void {
      this.#acknowledged = position as number
      this.#wake()
    }
  }
  /** Takes as long to write as it takes the first items to come. */
  class SlowStore extends MemoryStore {
    override async write(id: number, bytes: Uint8Array): Promise<void> {
      for (let n = 0; n < 20; n++) await turn()
      return super.write(id, bytes)
    }
  }
  const sink = new Collect<number>()
  const running = run(new Patient().pipe(sink), { checkpoint: { store: new SlowStore(), everyItems: 1 } })
  expect((await settled(running)).result(sink)).toEqual(all(8))
})

/** A table to which rows are added for good once a checkpoint holds them, and which forgets the others. */
class Staged extends SinkTerm<number, number> {
  override name = 'staged'
  readonly #table: { final: number[]; staged: number[]; log: string[] }

  constructor(table: { final: number[]; staged: number[]; log: string[] }) {
    super()
    this.#table = table
  }

  override async write(item: number): Promise<void> {
    await turn()
    this.#table.staged.push(item)
  }

  override position(): number {
    return this.#table.final.length + this.#table.staged.length
  }

  override seek(position: unknown): void {
    this.#table.staged.length = Math.max(0, (position as number) - this.#table.final.length)
  }

  override async acknowledge(position: unknown): Promise<void> {
    await turn()
    const { final, staged, log } = this.#table
    final.push(...staged.splice(0, (position as number) - final.length))
    log.push(`final ${final.length}`)
  }

  override result(ctx: Context<unknown, never>): number {
    const { final, staged, log } = this.#table
    if (!ctx.isSaved) final.push(...staged.splice(0))
    log.push(`result ${final.length}`)
    return final.length
  }

  override exit(): void {
    this.#table.log.push('exit')
  }
}

test('a sink hears what a stored checkpoint holds: rows that are final then are there once, killed at any moment', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 200 }), async (kill) => {
      const table = { final: [] as number[], staged: [] as number[], log: [] as string[] }
      let store = new MemoryStore()
      let left = kill
      let remains: { store: MemoryStore; final: number[]; staged: number[] } | undefined
      const options = () => ({ checkpoint: { store, everyItems: 5 }, edges: { capacityItems: 4 } })
      const running = run(countSlowly(60).replays().pipe(new Staged(table)), {
        ...options(),
        pick: (ready) => {
          if (--left === 0) {
            remains = { store: store.copy(), final: [...table.final], staged: [...table.staged] }
            void running.cancel('killed')
          }
          return ready - 1
        },
      })
      await settled(running).catch(() => undefined)
      if (remains !== undefined) {
        store = remains.store
        Object.assign(table, { final: remains.final, staged: remains.staged, log: [] })
        if ((await store.list()).length === 0) table.staged.length = 0
        await settled(run(countSlowly(60).replays().pipe(new Staged(table)), options()))
      } else expect(table.log.filter((line) => line.startsWith('final')).length).toBeGreaterThan(5)
      expect(table.final).toEqual(all(60))
      expect(table.log.slice(-2)).toEqual(['result 60', 'exit'])
    }),
    law(100),
  )
})

test('a run that dies after its result, with its checkpoints in place, has nothing to add', async () => {
  const table = { final: [] as number[], staged: [] as number[], log: [] as string[] }
  const store = new MemoryStore()
  let remains = store
  class Watched extends Staged {
    override result(ctx: Context<unknown, never>): number {
      remains = store.copy()
      return super.result(ctx)
    }
  }
  const options = (of: MemoryStore) => ({ checkpoint: { store: of, everyItems: 7 } })
  await settled(run(countSlowly(60).replays().pipe(new Watched(table)), options(store)))
  expect(table.final).toEqual(all(60))
  expect(await remains.list()).not.toEqual([])
  const { items } = await settled(run(countSlowly(60).replays().pipe(new Watched(table)), options(remains)))
  expect(items.in).toBe(60)
  expect(table.final).toEqual(all(60))
})

test('a run that is drained makes nothing final that its checkpoints do not hold', async () => {
  const table = { final: [] as number[], staged: [] as number[], log: [] as string[] }
  const store = new MemoryStore()
  const options = { checkpoint: { store, everyItems: 7 }, edges: { capacityItems: 4 } }
  class Stopping extends Staged {
    override async write(item: number): Promise<void> {
      await super.write(item)
      if (table.final.length >= 14 && table.staged.length === 3) void running.stop()
    }
  }
  const running = run(countSlowly(600).replays().pipe(new Stopping(table)), options)
  const { items } = await settled(running)
  expect(table.final.length + table.staged.length).toBe(items.in)
  expect(table.final.length).toBeLessThan(items.in)
  expect(table.log.at(-1)).toBe('exit')
  await settled(run(countSlowly(600).replays().pipe(new Stopping(table)), options))
  expect(table.final).toEqual(all(600))
})

test('the last checkpoint is asked for again if it is given up', async () => {
  const table = { final: [] as number[], staged: [] as number[], log: [] as string[] }
  const store = new MemoryStore()
  let isFree = (): void => {}
  const freed = new Promise<void>((resolve) => {
    isFree = resolve
  })
  // half done, and so in the way of checkpoints, until three have been given up
  const slow = map(async (n: number) => {
    await freed
    return n
  })
  const source = countSlowly(3).replays()
  const sink = new Collect<number>()
  const graph = source.pipe(parallel(new Staged(table), slow.pipe(sink)))
  const running = run(graph, { checkpoint: { store, everyItems: 1, timeoutMs: 5 } })
  setTimeout(function look() {
    if ((running.stats().phase as string) !== 'ended' && table.staged.length === 3) setTimeout(isFree, 200)
    else setTimeout(look, 5)
  }, 5)
  const { result, checkpoint } = await settled(running)
  expect(checkpoint?.givenUp).toBeGreaterThan(0)
  expect(table.final).toEqual([0, 1, 2])
  expect(result(sink)).toEqual([0, 1, 2])
})

/** Writes take a while, as on a disk. */
class SlowStore extends MemoryStore {
  override async write(id: number, bytes: Uint8Array): Promise<void> {
    for (let turns = 0; turns < 30; turns++) await turn()
    await super.write(id, bytes)
  }
}

test('a sink that waits for its last checkpoint asks for one, and not for another while it is being written', async () => {
  const table = { final: [] as number[], staged: [] as number[], log: [] as string[] }
  const store = new SlowStore()
  const running = run(countSlowly(20).replays().pipe(new Staged(table)), {
    checkpoint: { store, everyMs: 1e9 },
  })
  const { checkpoint } = await settled(running)
  // one at the begin, and one at the end
  expect([table.final, checkpoint?.written]).toEqual([all(20), 2])
})

test('a source is told of its last items while a checkpoint holds them, and of them alone', async () => {
  const queue = new Queue(9)
  const store = new SlowStore()
  const kept: number[] = []
  class Watched extends Consumer {
    override async acknowledge(position: unknown): Promise<void> {
      kept.push(store.files.size)
      await super.acknowledge(position)
    }
  }
  const sink = new Collect<number>()
  const { result } = await settled(
    run(new Watched(queue, 2).pipe(sink), { checkpoint: { store, everyMs: 1e9 } }),
  )
  expect([result(sink), queue.acknowledged, await store.list()]).toEqual([all(9), 9, []])
  expect(kept.every((files) => files > 0)).toBe(true)
})

test('killed once the source was told of its last items, a run has nothing left to do', async () => {
  const queue = new Queue(9)
  const store = new MemoryStore()
  let remains = store
  class Watched extends Consumer {
    override async acknowledge(position: unknown): Promise<void> {
      await super.acknowledge(position)
      remains = store.copy()
    }
  }
  const options = (of: MemoryStore) => ({ checkpoint: { store: of, everyMs: 1e9 } })
  await settled(run(new Watched(queue, 2).pipe(new Collect()), options(store)))
  expect((await remains.list()).length).toBeGreaterThan(0)
  const sink = new Collect<number>()
  const { result, items } = await settled(run(new Watched(queue, 2).pipe(sink), options(remains)))
  expect([result(sink), items.in, queue.acknowledged]).toEqual([all(9), 9, 9])
})

test('a source that has ended is told, too, while others go on', async () => {
  const queue = new Queue(4)
  const store = new MemoryStore()
  const told: number[] = []
  const long = countSlowly(400).replays()
  const sink = new Collect<number>()
  const running = run(parallel(new Consumer(queue, 2).pipe(new Collect()), long.pipe(sink)), {
    checkpoint: { store, everyItems: 20 },
    edges: { capacityItems: 4 },
    batchItems: 4,
  })
  running.on('checkpoint', () => told.push(queue.acknowledged))
  await settled(running)
  expect(told.slice(3, -2)).toContain(4)
  expect(queue.log.at(-1)).toBe('exit')
})

test('a run that is stopped while a checkpoint is written lets its sources exit last', async () => {
  const queue = new Queue(1000)
  const store = new SlowStore()
  const running = run(new Consumer(queue, 4).pipe(new Slow()), {
    checkpoint: { store, everyItems: 40 },
    edges: { capacityItems: 4 },
  })
  const begun = store.write.bind(store)
  let writes = 0
  store.write = (id, bytes) => {
    if (++writes === 3) void running.stop()
    return begun(id, bytes)
  }
  await settled(running)
  expect(writes).toBe(3)
  expect(queue.log.at(-1)).toBe('exit')
  expect(queue.log.filter((line) => line === 'exit')).toHaveLength(1)
})
