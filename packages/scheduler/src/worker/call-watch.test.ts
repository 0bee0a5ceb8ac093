/** Goal: calls are noted while they last, at the same places each time; those that are known to be deadly fail instead. */

import { kernelTerm } from '@millrace/core'
import { buildGraph, type Node } from '@millrace/core/engine'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Beacon, readBeacon, setOwnBeacon } from './beacon.ts'
import { CallWatch, type Watched } from './call-watch.ts'
import type { Poison, RegionRef } from './protocol.ts'
import { RegionRunner } from './region-runner.ts'
import { toWire } from './wire-error.ts'

let cells: Int32Array<SharedArrayBuffer>
beforeEach(() => {
  cells = Beacon.share()
  setOwnBeacon(new Beacon(cells))
})
afterEach(() => setOwnBeacon(new Beacon()))

/** What is noted now: node, ordinal and step, and whether it is awaited. */
function noted(): string {
  const call = readBeacon(cells)?.call
  return call === undefined
    ? 'nothing'
    : `${call.node} ${call.ordinal} ${call.step}${call.isAwaited ? ' …' : ''}`
}

const CAREFUL: Watched = { isCareful: true, limitsMs: undefined }
type Maps = readonly ((n: number) => unknown)[]

/** A region of these functions, each a stage of its own; those of `lazy` are expansions. */
async function runnerOf(fs: Maps, watched: Watched, lazy: readonly number[] = []): Promise<RegionRunner> {
  const source = kernelTerm<never, number>('source', { kind: 'source', self: {}, f: () => [] })
  const terms = fs.map((f, at) =>
    kernelTerm<number, number>(`f${at}`, { kind: lazy.includes(at) ? 'flatMap' : 'map', f } as never),
  )
  const { nodes } = buildGraph(terms.reduce((all, term) => all.pipe(term) as never, source as never) as never)
  const own = nodes.filter(({ id }) => id !== 'source')
  const region: RegionRef = {
    graph: { key: '', url: '', exportName: undefined, params: { value: undefined }, fingerprint: '' },
    stages: own.map((_, at) => [at]),
    entries: 1,
    edges: own.slice(1).map((_, at) => ({ from: at, output: 'out', to: at + 1, input: `f${at}` })),
    exits: [{ stage: own.length - 1, output: 'out', isRead: true, isTail: false }],
    input: 'source',
    timed: false,
    opensSplits: false,
    isStateful: false,
    limitsMs: undefined,
    policies: [],
    stopsOnFailure: false,
  }
  const runner = new RegionRunner(own as readonly Node[], region, new CallWatch(watched, own.length))
  await runner.start()
  return runner
}

const run = async (runner: RegionRunner, items: readonly number[], poison: readonly Poison[] = []) =>
  (await runner.run([{ items, times: undefined, enterAt: -1 }], poison)).ports[0]?.items

test('each call is noted by node and ordinal, in each batch from 0', async () => {
  const seen: string[] = []
  const note = (n: number): number => {
    seen.push(noted())
    return n
  }
  const runner = await runnerOf([note, note], CAREFUL)
  for (const items of [[5, 6], [7]]) expect(await run(runner, items)).toEqual(items)
  expect(seen.sort()).toEqual(['0 0 0', '0 0 0', '0 1 0', '1 0 0', '1 0 0', '1 1 0'])
  expect(noted()).toBe('nothing')
})

test('a promise is noted until it settles, and nothing else is called meanwhile', async () => {
  const seen: string[] = []
  const wait = async (n: number): Promise<number> => {
    await new Promise(setImmediate)
    seen.push(noted())
    return n
  }
  const runner = await runnerOf([wait, wait], CAREFUL)
  expect(await run(runner, [1, 2, 3])).toEqual([1, 2, 3])
  expect(seen.sort()).toEqual(['0 0 0 …', '0 1 0 …', '0 2 0 …', '1 0 0 …', '1 1 0 …', '1 2 0 …'])
})

test('a lazy expansion is noted each time it is asked, and told when it is left', async () => {
  const seen: string[] = []
  function* twice(n: number): Generator<number> {
    seen.push(noted())
    yield n
    seen.push(noted())
    yield n
  }
  expect(await run(await runnerOf([twice], CAREFUL, [0]), [1, 2])).toEqual([1, 1, 2, 2])
  expect(seen).toEqual(['0 0 1', '0 0 2', '0 1 1', '0 1 2'])
})

test('without care, only nodes with a limit are noted, and only until they return', async () => {
  const seen: string[] = []
  const note = (n: number): number => {
    seen.push(noted())
    return n
  }
  const wait = async (n: number): Promise<number> => {
    seen.push(noted())
    await new Promise(setImmediate)
    seen.push(noted())
    return n
  }
  const runner = await runnerOf([note, wait], { isCareful: false, limitsMs: [undefined, 50] })
  expect(await run(runner, [1])).toEqual([1])
  expect(seen).toEqual(['nothing', '1 0 0', 'nothing'])
})

test('a deadly call is not made, and fails with what is known of it', async () => {
  const calls: number[] = []
  const note = (n: number): number => {
    calls.push(n)
    return n
  }
  const died: Poison = { node: 0, ordinal: 1, step: 0, kind: 'worker', error: toWire(new RangeError('deep')) }
  await expect(run(await runnerOf([note], CAREFUL), [7, 8, 9], [died])).rejects.toMatchObject({
    term: 'f0',
    item: 8,
    cause: { code: 'CALL_LOST', cause: { message: 'deep' } },
  })
  expect(calls).toEqual([7])
  const hung: Poison = { node: 0, ordinal: 0, step: 2, kind: 'timeout', timeoutMs: 30 }
  const lazy = await runnerOf([(n) => new Set([n, -n])], CAREFUL, [0])
  await expect(run(lazy, [7], [hung])).rejects.toMatchObject({ item: 7, cause: { code: 'CALL_TIMEOUT' } })
})
