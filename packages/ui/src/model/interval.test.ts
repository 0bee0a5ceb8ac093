/** Goal: what a stage did is shared out among its terms, the same way at every look. */

import type { StageStats } from '@millrace/core'
import { expect, test } from 'vitest'
import { sharesInStage } from './interval.ts'

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
