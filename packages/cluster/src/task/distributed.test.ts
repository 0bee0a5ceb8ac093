// A graph that is cut into tasks and run by several hosts gives what inline gives, also when hosts die or come meanwhile.

import {
  type AnyTerm,
  compileGraph,
  kernelTerm,
  parallel,
  type StreamContext,
  type View,
} from '@millrace/core'
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
import { byKey, Cluster, ITEMS, inline, type Make, picky } from '../../test/cluster.ts'
import { cutGraph } from '../cut/cut.ts'
import { Gathered } from '../operation/gather.ts'
import { sumOf } from '../operation/ledger.ts'
import { CALLER } from '../protocol/assign.ts'
import { fromBytes } from './bytes.ts'
import type { TaskResult } from './engine-work.ts'

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
