// Goal: a frame tells how long writers waited lately and in all, without the histograms, and of however many terms what each did.

import type { EdgeStats, Stats } from '@millrace/core'
import { expect, test } from 'vitest'
import { sharesInStage } from '../model/interval.ts'
import { shownOf } from './shown.ts'

/** Waits of about 1 ms and of about 1 s. */
const stats = (elapsedMs: number, short: number, long: number): Stats => {
  const classes = Array.from({ length: 21 }, (_, at) => (at === 10 ? short : at === 20 ? long : 0))
  const waited = { kind: 'queue', waits: { count: short + long, sumMs: 0, classes } } as unknown as EdgeStats
  const never = { kind: 'queue' } as unknown as EdgeStats
  const threads = { budget: 0, health: { level: 'green' }, workers: [] }
  return { elapsedMs, threads, nodes: [], stages: [], edges: [never, waited] } as unknown as Stats
}

test('lately is since the earlier look, and all is since the start', () => {
  const [never, waited] = shownOf(stats(1000, 1000, 0), stats(3000, 1000, 10)).edges
  expect(never?.waited).toBeUndefined()
  expect(waited?.waited?.all.p50).toBeLessThan(1.1)
  expect(waited?.waited?.lately?.p50).toBeGreaterThan(500)
  expect(waited).not.toHaveProperty('waits')
})

test('where nothing has waited lately, and of a run that has ended, there is only all of it', () => {
  const [now, before] = [stats(3000, 5, 1), stats(1000, 5, 1)]
  const all = { p50: expect.any(Number), p99: expect.any(Number) }
  expect(shownOf(before, now).edges[1]?.waited).toEqual({ all })
  expect(shownOf(undefined, now)).toEqual(shownOf(before, now))
  expect(shownOf(undefined, stats(1, 0, 0)).edges[1]?.waited).toBeUndefined()
})

test.each([2, 3, 7000, 10_000, 30_000])('the shares of %i terms of a stage add up to one', (size) => {
  const ids = Array.from({ length: size }, (_, at) => `t${at}`)
  const stageShare = 1 / size
  const nodes = ids.map((id) => ({ id, in: 1, out: 1, filtered: 0, stage: 0, stageShare }))
  const times = { busyShare: 0.6, waitingShare: 0, backpressuredShare: 0.1, idleShare: 0.3 }
  const stages = [{ index: 0, nodes: ids, runsOn: 'caller', ...times }]
  const shown = shownOf(undefined, { ...stats(1000, 0, 0), nodes, stages } as unknown as Stats)
  expect(shown.nodes.reduce((sum, node) => sum + (node.stageShare ?? 0), 0)).toBeCloseTo(1, 2)
  const shares = sharesInStage(
    shown.stages[0] as never,
    shown.nodes.map((node) => node.stageShare),
  )
  expect(shares.reduce((sum, { busy }) => sum + busy, 0)).toBeCloseTo(0.6, 9)
  // each is at something all of the time
  const sums = shares.map(({ busy, waiting, backpressured, idle }) => busy + waiting + backpressured + idle)
  expect(Math.min(...sums.slice(0, 100))).toBeCloseTo(1, 9)
  expect(Math.max(...sums.slice(-100))).toBeCloseTo(1, 9)
})

test('the waits of an edge that has just come are not compared with those of the edge that was at its place', () => {
  const [now, before] = [stats(3000, 1000, 10), stats(1000, 1000, 0)]
  const moved = { ...before, edges: before.edges.map((edge) => ({ ...edge, from: 'another' })) }
  expect(shownOf(moved, now).edges[1]?.waited).toEqual({
    all: { p50: expect.any(Number), p99: expect.any(Number) },
  })
})
