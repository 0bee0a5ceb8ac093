// When checkpoints are taken, what they are kept for, and what is refused; see laws.test.ts for what they hold.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parallel } from '../../compose/parallel.ts'
import type { Context } from '../../contracts.ts'
import { kernelTerm } from '../../term/leaf.ts'
import { merge } from '../../term/merge-term.ts'
import { SinkTerm } from '../../term/sink-term.ts'
import { BatchSourceTerm, SourceTerm } from '../../term/source-term.ts'
import { type StreamContext, StreamTerm, type View } from '../../term/stream-term.ts'
import type { Term } from '../../term/term.ts'
import { settled } from '../../test/deadline.ts'
import { law } from '../../test/property.ts'
import { Collect, count, countSlowly, fold, items, map, source, turn } from '../../test/terms.ts'
import { MemoryStore } from '../../testing/memory-store.ts'
import { Random } from '../../testing/random.ts'
import { settle, VirtualClock } from '../../testing/virtual-clock.ts'
import type { RunOptions } from '../options.ts'
import { run } from '../run.ts'

/** Runs what `make` makes; the process dies after so many activations. What it leaves goes into the store returned. */
async function killed(
  make: () => Term<never, never>,
  store: MemoryStore,
  activations: number,
  options: RunOptions = {},
  everyItems = 1,
): Promise<MemoryStore | undefined> {
  let left = activations
  let remains: MemoryStore | undefined
  const running = run(make(), {
    ...options,
    checkpoint: { store, everyItems },
    pick: (ready) => {
      if (--left === 0) {
        remains = store.copy()
        void running.cancel('killed')
      }
      return ready - 1
    },
  })
  await settled(running).catch((error: unknown) => {
    if (remains === undefined) throw error
  })
  return remains
}

test('the events and the summary tell; a run that has come to its end leaves nothing to go on with', async () => {
  const store = new MemoryStore()
  const sink = new Collect<number>()
  const running = run(countSlowly(100).replays().pipe(sink), {
    checkpoint: { store, everyItems: 10 },
    edges: { capacityItems: 4 },
    batchItems: 4,
  })
  const written: number[] = []
  running.on('checkpoint', ({ id, bytes, elapsedMs }) =>
    written.push(id, Math.sign(bytes), Math.sign(elapsedMs)),
  )
  const { checkpoint } = await running.done
  expect(checkpoint).toMatchObject({ resumedFrom: undefined, givenUp: 0, repeating: [] })
  const ids = written.filter((_, i) => i % 3 === 0)
  expect(ids.length).toBe(checkpoint?.written)
  expect(ids).toEqual(ids.map((_, i) => i + 1))
  expect(written.filter((_, i) => i % 3 !== 0)).toEqual(ids.flatMap(() => [1, 1]))
  expect(await store.list()).toEqual([])
})

test('two are kept; the next run says from which it goes on', async () => {
  const make = () => countSlowly(1000).replays().pipe(new Collect())
  const store = (await killed(make, new MemoryStore(), 12)) as MemoryStore
  const ids = [...(await store.list())]
  expect(ids).toEqual([(ids[1] as number) - 1, ids[1]])
  const running = run(make(), { checkpoint: { store } })
  const resumed: unknown[] = []
  running.on('resume', (from) => resumed.push(from))
  const summary = await running.done
  expect(resumed).toEqual([{ id: ids[1], damaged: [] }])
  expect(summary.checkpoint?.resumedFrom).toBe(ids[1])
  expect(summary.items).toMatchObject({ in: 1000, out: 1000, discarded: 0 })
})

test('a damaged one is passed over, and told; all damaged are an error, and stay', async () => {
  const sink = new Collect<number>()
  const make = () => countSlowly(1000).replays().pipe(sink)
  const store = (await killed(make, new MemoryStore(), 12)) as MemoryStore
  const [older, newer] = [...(await store.list())] as [number, number]
  const bytes = store.files.get(newer) as Uint8Array
  store.files.set(newer, bytes.subarray(0, bytes.length - 100))
  const running = run(make(), { checkpoint: { store: store.copy() } })
  const resumed: unknown[] = []
  running.on('resume', (from) => resumed.push(from))
  const summary = await running.done
  expect(resumed).toEqual([
    { id: older, damaged: [expect.stringContaining(`checkpoint ${newer}: its checksum is wrong`)] },
  ])
  expect(summary.result(sink)).toEqual(Array.from({ length: 1000 }, (_, i) => i))

  store.files.set(older, Buffer.from('MILLRACE CHECKPOINT 99\n{}'))
  await expect(run(make(), { checkpoint: { store } }).done).rejects.toMatchObject({
    code: 'DAMAGED_CHECKPOINTS',
    message: expect.stringMatching(/checksum is wrong.*its format is 99, not 2/),
  })
  store.files.set(older, Buffer.from('no checkpoint'))
  await expect(run(make(), { checkpoint: { store } }).done).rejects.toThrow('it is no checkpoint')
  expect(store.files.size).toBe(2)
})

test('another graph is refused, with what differs', async () => {
  const make = (f: (n: number) => number, name: string) =>
    countSlowly(1000).replays().pipe(map(f).named(name), new Collect())
  const store = (await killed(() => make((n) => n, 'same'), new MemoryStore(), 9)) as MemoryStore
  for (const [f, name, message] of [
    [
      (n: number) => n,
      'other',
      /it has "same" map\(.*\) <- source=source.out where this one has "other" map/,
    ],
    [(n: number) => n + 1, 'same', /it has "same" map\(.*\) .* where this one has "same" map/],
  ] as const) {
    await expect(run(make(f, name), { checkpoint: { store } }).done).rejects.toMatchObject({
      code: 'OTHER_GRAPH',
      message: expect.stringMatching(message),
    })
  }
})

test('a drained run goes on from before it was drained; so does one that failed', async () => {
  let isBroken = true
  const sink = new Collect<number>()
  const weak = map((n: number) => {
    if (n === 500 && isBroken) throw new Error('broken')
    return n
  })
  const make = () => countSlowly(1000).replays().pipe(weak, sink)
  const store = new MemoryStore()
  const options = { checkpoint: { store, everyItems: 5 }, batchItems: 2 }
  const drained = run(make(), options)
  drained.on('checkpoint', ({ id }) => {
    if (id === 4) void drained.stop()
  })
  expect(await drained.done).toMatchObject({ outcome: 'stopped' })
  await expect(run(make(), options).done).rejects.toMatchObject({ code: 'TERM_FAILED' })
  isBroken = false
  const summary = await run(make(), options).done
  expect(summary.result(sink)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  expect(summary.checkpoint?.resumedFrom).toBeGreaterThan(4)
})

test('by time: each so many ms, ten seconds if nothing is said', async () => {
  for (const [everyMs, written] of [
    [100, [1, 2, 3, 4]],
    [undefined, [1]],
  ] as const) {
    const clock = new VirtualClock()
    const ticks = source(async function* () {
      for (let n = 0; ; n++) {
        await new Promise<void>((resolve) => void clock.after(10, resolve))
        yield n
      }
    })
    const running = run(ticks.replays().pipe(new Collect()), {
      clock,
      checkpoint: { store: new MemoryStore(), ...(everyMs === undefined ? {} : { everyMs }) },
    })
    const ids: number[] = []
    running.on('checkpoint', ({ id }) => ids.push(id))
    await clock.advance(350)
    expect(ids).toEqual(written)
    if (everyMs === undefined) {
      await clock.advance(9_700)
      expect(ids).toEqual([1, 2])
    }
    await running.cancel()
    await clock.advance(10)
    expect(clock.pending).toBe(0)
  }
})

test('what is half done is waited for, and what comes before it is held; for so long', async () => {
  const clock = new VirtualClock()
  let finish: () => void = () => {}
  const slow = map((n: number) => new Promise<number>((resolve) => (finish = () => resolve(n))))
  let given = 0
  const numbers = source(function* () {
    for (; given < 50; given++) yield given
  })
  const sink = new Collect<number>()
  const running = run(numbers.replays().pipe(slow, sink), {
    clock,
    edges: { capacityItems: 1 },
    batchItems: 1,
    checkpoint: { store: new MemoryStore(), everyMs: 100, timeoutMs: 250 },
  })
  const ids: number[] = []
  running.on('checkpoint', ({ id }) => ids.push(id))
  await clock.advance(90)
  expect(ids).toEqual([1])
  await clock.advance(20)
  expect(ids).toEqual([1])
  finish()
  await settle()
  expect(ids).toEqual([1, 2])
  await clock.advance(600) // the next two were given up
  const end = setImmediate(function next() {
    finish()
    if (given < 50 || ids.length > 0) endless = setImmediate(next)
  })
  let endless = end
  await settle(200)
  clearImmediate(endless)
  const summary = await settled(running)
  expect(summary.result(sink)).toEqual(Array.from({ length: 50 }, (_, i) => i))
  expect(summary.checkpoint?.givenUp).toBeGreaterThan(0)
})

/** What sinks of the test below have written: it outlives a killed run, as a file does. */
class Log extends SinkTerm<number> {
  readonly lines: number[]
  readonly flushed: number[] = []

  constructor(lines: number[]) {
    super()
    this.lines = lines
  }

  override write(item: number): void {
    this.lines.push(item)
  }

  override position(): number {
    return this.lines.length
  }

  override flush(): void {
    this.flushed.push(this.lines.length)
  }

  override seek(position: unknown): void {
    this.lines.length = position as number
  }
}

test('a sink that knows its place takes back what came after the checkpoint; one that does not is named', async () => {
  const [kept, repeated]: [number[], number[]] = [[], []]
  const log = new Log(kept)
  const plain = kernelTerm<number, never>('plain', {
    kind: 'sink',
    self: {},
    f: (item: number) => void repeated.push(item),
  })
  const numbers = countSlowly(300).replays()
  const make = () => parallel(numbers.pipe(log), numbers.pipe(plain)) as unknown as Term<never, never>
  let store: MemoryStore = new MemoryStore()
  const random = new Random(3)
  for (let kills = 0; kills < 5; kills++) {
    store = (await killed(make, store, 20 + random.below(150), { batchItems: 8 }, 30)) ?? store
  }
  const summary = await run(make(), { checkpoint: { store } }).done
  expect(kept).toEqual(Array.from({ length: 300 }, (_, i) => i))
  expect(repeated.length).toBeGreaterThan(300)
  expect(summary.checkpoint).toMatchObject({ repeating: ['plain'] })
  // how many there are depends on how busy the machine is
  expect(log.flushed.length).toBeGreaterThan(0)
})

class Chunks extends BatchSourceTerm<number> {
  readonly begun: unknown[] = []
  readonly #positions = new WeakMap<object, number>()

  override batches(): AsyncIterable<readonly number[]> {
    return this.seek(0)
  }

  override async *seek(position: unknown): AsyncIterable<readonly number[]> {
    this.begun.push(position)
    for (let at = position as number; at < 20; at++) {
      await turn()
      const batch = [at * 3, at * 3 + 1, at * 3 + 2]
      this.#positions.set(batch, at + 1)
      yield batch
    }
  }

  override position(batch: readonly number[]): number | undefined {
    return this.#positions.get(batch)
  }
}

class Naturals extends SourceTerm<number> {
  readonly begun: unknown[] = []

  override generate(): AsyncIterable<number> {
    return this.seek(0)
  }

  override async *seek(begin: number): AsyncIterable<number> {
    this.begun.push(begin)
    for (let n = begin; n < 60; n++) {
      await turn()
      yield n
    }
  }
}

test.each([Chunks, Naturals])('a source that can seek begins in the middle: %o', async (Source) => {
  for (let activations = 5; activations < 40; activations += 3) {
    const sink = new Collect<number>()
    const from = new Source()
    const make = () => (from as Term<never, number>).pipe(sink)
    const options = { batchItems: 2, edges: { capacityItems: 2 } }
    const store = (await killed(make, new MemoryStore(), activations, options)) as MemoryStore
    const summary = await run(make(), { ...options, checkpoint: { store } }).done
    expect(summary.result(sink)).toEqual(Array.from({ length: 60 }, (_, i) => i))
    expect(from.begun.length).toBe(2)
    if (activations > 20) expect(from.begun[1]).toBeGreaterThan(0)
  }
})

test('a feedback loop is saved with what goes round in it', async () => {
  type Numbers = Readonly<Record<string, number>>
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 2000 }), { maxLength: 40 }),
      fc.boolean(),
      fc.nat(),
      async (start, isAsync, seed) => {
        const sink = fold(
          (sums: Record<number, number>, n: number) => ({ ...sums, [n]: (sums[n] ?? 0) + 1 }),
          {},
        )
        const last = new Collect<Record<number, number>>()
        const make = () => {
          const join = merge<Numbers>()
          const half = map<number, number>((n) => {
            const next = n > 1 ? n >> 1 : undefined
            return isAsync && n % 3 === 0 ? Promise.resolve(next as number) : next
          })
          const back = join.pipe(half)
          const from = items(start).replays()
          return parallel(parallel({ from, back }).pipe(join), join.pipe(sink, last)) as unknown as Term<
            never,
            never
          >
        }
        const options = { edges: { capacityItems: 3 }, batchItems: 2 }
        const undisturbed = (await settled(run(make(), options))).result(last)
        const random = new Random(seed)
        let store: MemoryStore | undefined = new MemoryStore()
        for (let kills = 0; kills < 4 && store !== undefined; kills++) {
          const before: MemoryStore = store
          store = await killed(make, before, 5 + random.below(60), options)
        }
        const summary = await settled(
          run(make(), { ...options, checkpoint: { store: store ?? new MemoryStore() } }),
        )
        expect(summary.result(last)).toEqual(undisturbed)
      },
    ),
    law(60),
  )
})

test('what is no plain data is named', async () => {
  const keeper = kernelTerm<number, number, unknown>(
    'keeper',
    { kind: 'scan', f: (state: unknown) => state },
    { initialState: () => ({ f: () => 1 }) },
  )
  const checkpoint = { store: new MemoryStore(), everyItems: 1 }
  await expect(
    run(count(3).replays().pipe(keeper, new Collect()), { checkpoint }).done,
  ).rejects.toMatchObject({
    code: 'NOT_SAVED',
    message: expect.stringContaining('the state of "keeper" cannot be saved (f is a function (f))'),
  })
})

test('a store that fails ends the run with its error', async () => {
  const store = new MemoryStore()
  store.write = () => Promise.reject(new Error('disk full'))
  const endless = source(function* () {
    for (let n = 0; ; n++) yield n
  }).replays()
  await expect(
    run(
      endless.pipe(
        fold((a: number) => a, 0),
        new Collect(),
      ),
      { checkpoint: { store } },
    ).done,
  ).rejects.toThrow('disk full')
})

class Coroutine extends StreamTerm<number, number> {
  async run(view: View<number>, ctx: StreamContext<unknown, number>): Promise<void> {
    for await (const n of view) await ctx.emit(n)
  }
}

class Half extends SinkTerm<number> {
  override write(): void {}
  override position(): number {
    return 0
  }
}

class Sealed extends SinkTerm<number> {
  override whyNotResumable(): string {
    return 'cannot be opened again.'
  }
  override write(): void {}
}

test('terms that cannot be gone on with are refused by name, and why', () => {
  const checkpoint = { store: new MemoryStore() }
  const refused = (term: Term<never, never>) => {
    try {
      run(term, { checkpoint })
    } catch (error) {
      return `${(error as { code?: string }).code}: ${(error as Error).message}`
    }
    return 'accepted'
  }
  const numbers = count(3)
  expect(refused(numbers.pipe(new Collect()))).toMatch(
    /^NOT_CHECKPOINTED: .*"items" cannot be begun in the middle.*replays\(\).*seek\(\)/,
  )
  numbers.replays()
  expect(refused(numbers.pipe(new Coroutine(), new Collect()))).toMatch(
    /"Coroutine" is a coroutine.*resumable = true/,
  )
  expect(refused(numbers.pipe(new Half()))).toMatch(/"Half" has one of position\(\) and seek\(\)/)
  expect(refused(numbers.pipe(new Sealed()))).toMatch(/"Sealed" cannot be opened again/)
  const nowhere = { mayFuse: () => true, open() {}, makeStage: () => undefined, close() {} } as never
  expect(() => run(numbers.pipe(new Collect()), { checkpoint, placement: nowhere })).toThrow(
    /Choose inline, pool or work-stealing/,
  )
})

test('options out of range are refused', () => {
  const store = new MemoryStore()
  for (const checkpoint of [
    { store, everyMs: 0 },
    { store, everyItems: 1.5 },
    { store, timeoutMs: -1 },
    { store: {} as never },
  ]) {
    expect(() => run(count(1).replays().pipe(new Collect()), { checkpoint })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(/^checkpoint\./) }),
    )
  }
})

test('terms are entered again, but what they emit and keep is the saved', async () => {
  let entered = 0
  const header = map((n: number) => n, {
    enter: (ctx: Context<unknown, unknown>) => {
      entered++
      ctx.emit(-1)
    },
  })
  const sink = new Collect<number>()
  const make = () => countSlowly(200).replays().pipe(header, sink)
  const store = (await killed(make, new MemoryStore(), 9)) as MemoryStore
  const summary = await run(make(), { checkpoint: { store } }).done
  expect(summary.result(sink)).toEqual([-1, ...Array.from({ length: 200 }, (_, i) => i)])
  expect(entered).toBe(2)
})
