/** Goal: what a stage did is shared out among its terms, the same way at every look. */

import type { StageStats, Stats } from '@millrace/core'
import { expect, test } from 'vitest'
import { sharesInStage, since } from './interval.ts'

const stage = {
  nodes: ['parse', 'lookup', 'store'],
  busyShare: 0.2,
  waitingShare: 0.6,
  backpressuredShare: 0.1,
  idleShare: 0.1,
} as unknown as StageStats

const parts: Readonly<Record<string, number>> = { parse: 0.1, lookup: 0.8, store: 0.1 }

const all = (now: StageStats) =>
  sharesInStage(
    now,
    now.nodes.map((id) => parts[id]),
  ).map(({ busy, waiting, backpressured, idle }) => {
    return [busy, waiting, backpressured, idle].map((share) => Number(share.toFixed(2)))
  })

test('the term that waits has the waiting; those before it are held back, those behind it idle', () => {
  const shares = [
    [0.02, 0, 0.88, 0.1],
    [0.16, 0.6, 0.12, 0.12],
    [0.02, 0, 0.1, 0.88],
  ]
  expect(all({ ...stage, waitsIn: 'lookup' })).toEqual(shares)
  // at this very moment none waits
  expect(all(stage)).toEqual(shares)
})

test('the time since an earlier look is not that of another stage with the same number', () => {
  const at = (elapsedMs: number, nodes: readonly string[], busyMs: number): Stats => {
    const times = {
      busyMs,
      waitingMs: 0,
      backpressuredMs: 0,
      idleMs: elapsedMs - busyMs,
      busyShare: busyMs / elapsedMs,
    }
    return { elapsedMs, stages: [{ index: 0, nodes, ...times }] } as unknown as Stats
  }
  const busy = (before: Stats, now: Stats) => since(before, now).stages[0]?.busyShare
  expect(busy(at(1000, ['a'], 0), at(2000, ['a'], 1000))).toBe(1)
  expect(busy(at(1000, ['b'], 0), at(2000, ['a'], 1000))).toBe(0.5)
  expect(busy(at(1000, ['a', 'b'], 0), at(2000, ['a'], 1000))).toBe(0.5)
})
