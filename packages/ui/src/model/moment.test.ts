/** Goal: the figures of a term are its own, and a rate is that of the time since an earlier look. */

import { expect, test } from 'vitest'
import { Moments } from './moment.ts'
import type { Frame, ShownStats } from './protocol.ts'

type Counts = Readonly<Record<string, number>>

/** Items taken by each term, which are in a row. */
const frameAt = (
  elapsedMs: number,
  counts: Counts,
  more: Partial<ShownStats> = {},
  state = 'running',
): Frame => {
  const ids = Object.keys(counts)
  const nodes = Object.entries(counts).map(([id, n]) => ({ id, in: n, out: n, filtered: 0, stage: 0 }))
  const edges = ids.slice(1).map((to, at) => {
    const from = ids[at] as string
    return { kind: 'queue', from, output: 'out', to, input: from, items: 0, fill: 0, sent: counts[from] }
  })
  const total = Math.max(0, ...Object.values(counts))
  const items = { in: total, out: total }
  const failures = { byTerm: {} }
  return {
    time: 0,
    state,
    stats: { elapsedMs, items, failures, nodes, edges, stages: [], ...more },
  } as unknown as Frame
}

const pictureOf = (...ids: string[]) => ({
  nodes: ids.map((id) => ({ id, kind: '' })),
  edges: ids
    .slice(1)
    .map((_id, at) => ({ from: at, to: at + 1, output: 'out', input: ids[at] as string, port: '' })),
})

test('a term with the name of what every object has did not fail because another has', () => {
  const names = ['constructor', 'toString', 'hasOwnProperty', 'b']
  const failures = { byTerm: { b: { error: 2, timeout: 0, worker: 0, circuit: 1 } } }
  const frame = frameAt(1, Object.fromEntries(names.map((id) => [id, 9])), { failures } as never)
  const { nodes } = new Moments(pictureOf(...names)).next(frame)
  expect(nodes.map(({ failed }) => failed)).toEqual([0, 0, 0, 3])
})

test('a resumed run has no rate until there are two looks at its figures', () => {
  const moments = new Moments(pictureOf('a', 'b'))
  const ratesAt = (frame: Frame) => {
    const { inRate, outRate, nodes, edges } = moments.next(frame)
    return [inRate, outRate, ...nodes.map((node) => node.outRate), ...edges.map(({ rate }) => rate)]
  }
  expect(ratesAt(frameAt(0, {}, {}, 'starting'))).toEqual([0, 0, 0, 0, 0])
  expect(ratesAt(frameAt(500, { a: 1e9, b: 1e9 }))).toEqual([0, 0, 0, 0, 0])
  expect(ratesAt(frameAt(1000, { a: 1e9 + 50, b: 1e9 + 50 }))).toEqual([100, 100, 100, 100, 100])
  // in a recording, too
  const frames = [frameAt(0, {}), frameAt(500, { a: 1e9, b: 1e9 })]
  expect(moments.last(frames)?.inRate).toBe(0)
  expect(moments.last([...frames, frameAt(1500, { a: 1e9 + 50, b: 1e9 })])?.inRate).toBe(50)
})

test('of a run that has ended rates are means of all of it', () => {
  const moments = new Moments(pictureOf('a'))
  moments.next(frameAt(500, { a: 100 }))
  expect(moments.next(frameAt(2000, { a: 100 }, {}, 'completed')).inRate).toBe(50)
})

test('where a term joins in the middle, its row takes nothing from the row that was there before', () => {
  const moments = new Moments(pictureOf('a', 'b', 'c'))
  moments.next(frameAt(1000, { a: 100, c: 900 }))
  const joined = moments.next(frameAt(2000, { a: 200, b: 950, c: 1000 }))
  expect(joined.nodes.map((node) => [node.in, node.inRate, node.outRate])).toEqual([
    [200, 100, 100],
    [950, 0, 0],
    [1000, 0, 0],
  ])
  expect(joined.edges.map(({ rate }) => rate)).toEqual([0, 0])
})

test('as many rows of other terms are those of the other terms', () => {
  const moments = new Moments(pictureOf('a', 'b', 'c'))
  moments.next(frameAt(1000, { a: 100, b: 50 }))
  const other = moments.next(frameAt(2000, { a: 200, c: 70 }))
  expect(other.nodes.map((node) => [node.in, node.inRate])).toEqual([
    [200, 100],
    [0, 0],
    [70, 0],
  ])
})
