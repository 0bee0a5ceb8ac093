// Goal: a frame tells how long writers waited lately and in all, and does not carry the histograms.

import type { EdgeStats, Stats } from '@millrace/core'
import { expect, test } from 'vitest'
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
