// A graph that is cut into tasks and run by several hosts gives what inline gives, also when hosts die or come meanwhile.

import {
  type AnyTerm,
  compileGraph,
  type DeadLetter,
  kernelTerm,
  parallel,
  run,
  type StreamContext,
  type View,
} from '@millrace/core'
import { systemClock } from '@millrace/core/engine'
import {
  collect,
  filter,
  fromIterable,
  keyBy,
  keyedReduce,
  keyedScan,
  map,
  merge,
  reduce,
} from '@millrace/terms'
import { expect, test } from 'vitest'
import { cutGraph } from '../cut/cut.ts'
import { MemoryLog } from '../memory/memory-log.ts'
import { MemorySubstrate, type Weather } from '../memory/memory-substrate.ts'
import { Gathered } from '../operation/gather.ts'
import { sumOf } from '../operation/ledger.ts'
import type { Commit } from '../port/records.ts'
import type { Command } from '../port/substrate.ts'
import { CALLER } from '../protocol/assign.ts'
import { Host } from '../protocol/host.ts'
import { fromBytes } from './bytes.ts'
import { EngineWork, failureOf, type TaskResult } from './engine-work.ts'
import { checkPlace, LettersWork, type LetterTarget } from './letters-work.ts'

/** Makes a graph, and says which sink to look at. */
type Make = () => { readonly term: AnyTerm; readonly sink: object }

const keyed: Make = () => {
  const sink = collect<unknown>()
  const numbers = fromIterable(Array.from({ length: 20_000 }, (_, n) => n))
  const term = numbers.pipe(
    map((n) => ({ key: n % 97, n })),
    keyBy(
      ({ key }) => key,
      () =>
        keyedScan(
          (row: { key: number; n: number }) => row.key,
          (sum: number, { n }) => sum + n,
          0,
        ),
    ),
    sink,
  )
  return { term: term as unknown as AnyTerm, sink }
}

class Cluster {
  readonly log = new MemoryLog()
  #names = 0

  readonly #make: Make

  constructor(make: Make) {
    this.#make = make
  }

  join(...labels: string[]): { name: string; done: Promise<unknown>; kill(): void; leave(): void } {
    return this.joinWith(labels, undefined)
  }

  joinWith(
    labels: readonly string[],
    letters: LetterTarget | undefined,
  ): { name: string; done: Promise<unknown>; kill(): void; leave(): void } {
    const tasks = cutGraph(compileGraph(this.#make().term))
    const weather = { isDead: false }
    const mortal: Weather = {
      pass: async (_what, step) => (weather.isDead ? new Promise<never>(() => {}) : step()),
      glance: () =>
        weather.isDead ? new Promise(() => {}) : new Promise((resolve) => void setImmediate(resolve)),
    }
    const name = `h${++this.#names}`
    const host = new Host({
      substrate: new MemorySubstrate(this.log, mortal),
      clock: systemClock,
      owner: name,
      labels,
      tasks,
      makeWork: (task, state, around) =>
        task.name === tasks.find(({ takesLetters }) => takesLetters)?.name
          ? new LettersWork(task, state, around, letters)
          : new EngineWork(tasks.find(({ name }) => name === task.name) as never, state, around, {
              pieceBytes: 1 << 19,
            }),
      tellFailure: failureOf,
      commitMs: 5,
      creditBytes: 1 << 18,
      messageBytes: 1 << 19,
      beatMs: 10,
      suspectMs: 60,
    })
    const done = host.run()
    done.catch(() => undefined)
    return { name, done, kill: () => void (weather.isDead = true), leave: () => host.leave() }
  }

  /** The tasks whose newest commit is a host's. */
  ownedBy(host: string): Commit[] {
    return this.log.tails().flatMap(({ commit }) => (commit.owner === host ? [commit] : []))
  }

  /** Resolves once a host has committed for a task. */
  commitOf(host: string): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.log.onChange(() => {
        if (this.ownedBy(host).length === 0) return
        stop()
        resolve()
      })
    })
  }

  /** Says what the run is to do. */
  command(command: Command): void {
    this.log.command(command)
  }

  /** Resolves once no task has an owner. */
  held(): Promise<void> {
    const isHeld = (): boolean => this.log.tails().every(({ commit }) => commit.phase !== 'running')
    return new Promise((resolve) => {
      const stop = this.log.onChange(() => {
        if (!isHeld()) return
        stop()
        resolve()
      })
    })
  }

  /** What the sinks have to report, by id. */
  results(): Record<string, unknown> {
    return Object.fromEntries(
      this.log.tails().flatMap(({ commit }) => {
        const pieces = this.log.loadState(commit.task, commit.state?.pieces ?? [])
        return (fromBytes(Buffer.concat(pieces as Uint8Array[])) as TaskResult).results as [string, unknown][]
      }),
    )
  }
}

const byKey = (rows: unknown): Record<string, unknown[]> => {
  const lists: Record<string, unknown[]> = {}
  for (const { key, value } of rows as { key: number; value: unknown }[]) (lists[key] ??= []).push(value)
  return lists
}

async function inline(make: Make): Promise<unknown> {
  const { term, sink } = make()
  return (await run(term as never).done).result(sink as never)
}

test('a keyed graph over two hosts', async () => {
  const cluster = new Cluster(keyed)
  const caller = cluster.join(CALLER)
  cluster.join()
  cluster.join()
  expect(await caller.done).toBe('completed')
  const found = byKey(cluster.results()['collect'])
  expect(found).toEqual(byKey(await inline(keyed)))
})

test('hosts that die and come, and one that leaves', async () => {
  const cluster = new Cluster(keyed)
  const caller = cluster.join(CALLER)
  const first = cluster.join()
  const second = cluster.join()
  await Promise.all([cluster.commitOf(first.name), cluster.commitOf(second.name)])
  expect(cluster.ownedBy(first.name).every(({ phase }) => phase === 'done')).toBe(false)
  first.kill()
  second.leave()
  const third = cluster.join()
  expect(await caller.done).toBe('completed')
  await third.done
  // what the others had left undone
  expect(cluster.ownedBy(third.name)).not.toEqual([])
  expect(byKey(cluster.results()['collect'])).toEqual(byKey(await inline(keyed)))
})

test('a run that is paused has no owners, and goes on when it is resumed', async () => {
  const cluster = new Cluster(keyed)
  const hosts = [cluster.join(CALLER), cluster.join(), cluster.join()]
  await cluster.commitOf(hosts[1]?.name as string)
  cluster.command('pause')
  await cluster.held()
  expect(cluster.log.tails().every(({ commit }) => commit.phase === 'done')).toBe(false)
  cluster.command('run')
  await Promise.all(hosts.map(({ done }) => done))
  expect(byKey(cluster.results()['collect'])).toEqual(byKey(await inline(keyed)))
})

test('several sources, a fork whose branches meet again, and two sinks', async () => {
  const make: Make = () => {
    const sink = collect<unknown>()
    const source = (from: number) => fromIterable(Array.from({ length: 3000 }, (_, n) => from + n))
    const all = parallel({ a: source(0), b: source(10_000) }).pipe(
      merge(),
      keyBy(
        (n: number) => n % 10,
        () =>
          keyedReduce(
            (n: number) => n % 10,
            (sum: number, n: number) => sum + n,
            0,
          ),
        { partitions: 3 },
      ),
      reduce((sums: [number, number][], row) => {
        const { key, value } = row as { key: number; value: number }
        return [...sums, [key, value] as [number, number]].sort(([a], [b]) => a - b)
      }, []),
    )
    const numbers = source(5)
    const rows = numbers.parallel({ n: map((n: number) => n), square: map((n: number) => n * n) })
    const term = parallel(
      all.pipe(sink),
      rows.pipe(
        filter(({ n }) => n % 1000 === 5),
        collect(),
      ),
    )
    return { term: term as unknown as AnyTerm, sink }
  }
  const cluster = new Cluster(make)
  const caller = cluster.join(CALLER)
  for (let i = 0; i < 3; i++) cluster.join()
  expect(await caller.done).toBe('completed')
  const { collect: sums, 'collect#2': rows } = cluster.results()
  expect(sums).toEqual(await inline(make))
  expect(rows).toEqual([5, 1005, 2005].map((n) => ({ n, square: n * n })))
})

test('a term that fails ends the run on every host, and is named', async () => {
  const make: Make = () => {
    const sink = collect<unknown>()
    const term = fromIterable([1, 2, 3]).pipe(
      keyBy(
        (n: number) => n,
        () =>
          map((n: number) => {
            if (n === 2) throw new RangeError('two')
            return n
          }).named('picky'),
      ),
      sink,
    )
    return { term: term as unknown as AnyTerm, sink }
  }
  const cluster = new Cluster(make)
  const hosts = [cluster.join(CALLER), cluster.join(), cluster.join()]
  for (const { done } of hosts) {
    await expect(done).rejects.toMatchObject({
      code: 'TASK_FAILED',
      message: expect.stringMatching(/picky.*two/),
    })
  }
})

/** A file of letters that outlives its command. */
class Letters implements LetterTarget {
  readonly place: string = 'a list'
  readonly file: DeadLetter[]
  readonly #onLetters: () => void

  constructor(file: DeadLetter[], onLetters: () => void = () => {}) {
    this.file = file
    this.#onLetters = onLetters
  }

  get position(): number {
    return this.file.length
  }

  async begin(position: number | undefined): Promise<void> {
    if (position !== undefined) this.file.length = position
  }

  async add(letters: readonly DeadLetter[]): Promise<void> {
    this.file.push(...letters)
    this.#onLetters()
  }

  async sync(): Promise<void> {}
}

const ITEMS = 300
/** Sets every third item aside; the errors of some are no data. */
const picky: Make = () => {
  const sink = collect<unknown>()
  const term = fromIterable(Array.from({ length: ITEMS }, (_, n) => n)).pipe(
    keyBy(
      (n: number) => n % 7,
      () =>
        map((n: number) => {
          if (n % 3 === 0) throw Object.assign(new RangeError(`${n}`), n % 6 === 0 ? { go: () => n } : {})
          return { key: n % 7, value: n }
        })
          .onFailure({ onError: 'skip' })
          .named('picky'),
      { partitions: 3 },
    ),
    sink,
  )
  return { term: term as unknown as AnyTerm, sink }
}

test('dead letters come to the command, each once, whoever dies', async () => {
  const cluster = new Cluster(picky)
  const file: DeadLetter[] = []
  let onLetters: () => void = () => {}
  const some = new Promise<void>((resolve) => {
    onLetters = resolve
  })
  const first = cluster.joinWith([CALLER], new Letters(file, onLetters))
  const host = cluster.join()
  await some
  first.kill()
  host.kill()
  // what the first one had not committed it may still write, but to its own list
  const rest = [...file]
  const second = cluster.joinWith([CALLER], new Letters(rest))
  cluster.join()
  expect(await second.done).toBe('completed')
  const items = rest.map(({ item }) => item as number).sort((a, b) => a - b)
  expect(items).toEqual(Array.from({ length: ITEMS / 3 }, (_, n) => 3 * n))
  const [letter] = rest.filter(({ item }) => item === 9)
  expect(letter).toMatchObject({ kind: 'error', attempts: 1, error: { name: 'RangeError', message: '9' } })
  expect(new Set(rest.map(({ term }) => term.replace(/#.*/, '')))).toEqual(new Set(['picky']))
  const values = byKey(cluster.results()['collect'])
  expect(Object.values(values).flat()).toHaveLength((2 * ITEMS) / 3)
})

test('a command that goes on with another place for dead letters is refused, and that place is left alone', async () => {
  const cluster = new Cluster(picky)
  const first = cluster.joinWith([CALLER], undefined)
  cluster.join()
  await cluster.commitOf(first.name)
  const [letters] = cutGraph(compileGraph(picky().term)).filter(({ takesLetters }) => takesLetters)
  const name = (letters as { name: string }).name
  const committed = async (): Promise<Uint8Array[]> => {
    for (;;) {
      const state = cluster.log.tail(name)?.commit.state
      if (state !== undefined) return cluster.log.loadState(name, state.pieces) as Uint8Array[]
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const state = await committed()
  const other = new Letters([{} as DeadLetter])
  expect(() => checkPlace(state, other)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }))
  expect(() => checkPlace(state, other)).toThrow('in nowhere, and this command would in a list')
  expect(checkPlace(state)).toBeGreaterThanOrEqual(0)
  expect(other.file).toHaveLength(1)
  await first.done
})

test('a place for dead letters that fails ends the run, on every host', async () => {
  class Full extends Letters {
    override async sync(): Promise<void> {
      if (this.file.length > 0) throw new RangeError('no room')
    }
  }
  const cluster = new Cluster(picky)
  const hosts = [cluster.joinWith([CALLER], new Full([])), cluster.join()]
  for (const { done } of hosts) {
    await expect(done).rejects.toMatchObject({
      code: 'TASK_FAILED',
      message: expect.stringContaining('no room'),
    })
  }
})

test('one item may give more than the credit of an edge', async () => {
  const count = 10_000
  const make: Make = () => {
    const sink = collect<unknown>()
    const wide = () =>
      kernelTerm<number, string>('wide', {
        kind: 'stream',
        self: { resumable: true },
        run: async (view: View<number>, ctx: StreamContext<unknown, string>) => {
          for await (const _ of view) for (let n = 0; n < count; n++) await ctx.emit(`${n}`.padEnd(100))
        },
      })
    const all = keyBy(() => 0, wide, { partitions: 1 })
    return { term: fromIterable([1]).pipe(all, sink) as unknown as AnyTerm, sink }
  }
  const cluster = new Cluster(make)
  const caller = cluster.join(CALLER)
  cluster.join()
  expect(await caller.done).toBe('completed')
  expect(cluster.results()['collect']).toHaveLength(count)
})

test('terms that ask for a label run on hosts that have it, and wait for one', async () => {
  const make: Make = () => {
    const sink = collect<unknown>()
    const term = fromIterable([1, 2, 3]).pipe(
      map((n: number) => n + 1),
      map((n: number) => n * 2)
        .named('disk')
        .on('disk=a'),
      sink,
    )
    return { term: term as unknown as AnyTerm, sink }
  }
  const cluster = new Cluster(make)
  const caller = cluster.join(CALLER)
  const plain = cluster.join()
  await cluster.commitOf(plain.name)
  const disk = cluster.join('disk=a', 'gpu')
  expect(await caller.done).toBe('completed')
  const tasks = cutGraph(compileGraph(make().term))
  const bound = tasks.filter(({ label }) => label === 'disk=a').map(({ name }) => name)
  expect(bound).toHaveLength(1)
  expect(cluster.log.tail(bound[0] as string)?.commit.owner).toBe(disk.name)
  expect(cluster.results()['collect']).toEqual([4, 6, 8])
})

test('the figures of all hosts make up those of the run', async () => {
  const cluster = new Cluster(picky)
  const caller = cluster.join(CALLER)
  cluster.join()
  cluster.join()
  await caller.done
  const gathered = new Gathered()
  for (const { commit } of cluster.log.tails()) {
    const pieces = cluster.log.loadState(commit.task, commit.state?.pieces ?? []) as Uint8Array[]
    const { figures } = fromBytes(Buffer.concat(pieces)) as TaskResult
    if (figures !== undefined) gathered.set(commit.task, commit.epoch, figures)
  }
  const commits = cluster.log.tails().map(({ commit }) => commit)
  const stats = gathered.stats('ended', sumOf(commits), 1)
  const graph = compileGraph(picky().term)
  expect(new Set(stats.nodes.map(({ id }) => id))).toEqual(new Set(graph.nodes.map(({ id }) => id)))
  const named = graph.edges.map(({ from, output, to, input }) => [from.id, output, to.id, input].join())
  expect(stats.edges.map(({ from, output, to, input }) => [from, output, to, input].join()).sort()).toEqual(
    named.sort(),
  )
  expect(stats.failures).toMatchObject({ error: ITEMS / 3, deadLettered: ITEMS / 3 })
  expect(stats.items).toMatchObject({
    in: ITEMS,
    deadLettered: ITEMS / 3,
    out: (2 * ITEMS) / 3,
    discarded: 0,
  })
  for (const { id, stage } of stats.nodes) expect(stats.stages[stage]?.nodes).toContain(id)
})
