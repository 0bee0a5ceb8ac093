/** Goal: of a batch that is run again, letters and counts are taken over once, node by node. */

import type { FailureCounts } from '@millrace/core'
import { expect, test } from 'vitest'
import type { WireLetter } from '../worker/letters.ts'
import { FailureProgress } from './failure-progress.ts'

const counts = (deadLettered: number): FailureCounts => ({
  ...{ error: deadLettered, timeout: 0, worker: 0, circuit: 0, retries: 0, fallbacks: 0 },
  deadLettered,
})
const failures = (at: number, ...items: string[]) => ({
  at,
  counts: counts(items.length),
  letters: items.map((item) => ({ item }) as unknown as WireLetter),
})

function items(gain: ReturnType<FailureProgress['advance']>): unknown[] {
  return gain.map(({ at, counts, letters }) => [at, counts.deadLettered, ...letters.map(({ item }) => item)])
}

test('a second attempt adds what the first had not given', () => {
  const progress = new FailureProgress()
  expect(items(progress.advance([failures(0, 'a', 'b'), failures(2, 'x')]))).toEqual([
    [0, 2, 'a', 'b'],
    [2, 1, 'x'],
  ])
  progress.restart()
  // in other portions than before, as by a worker that yields more often
  expect(items(progress.advance([failures(0, 'a')]))).toEqual([[0, 0]])
  expect(items(progress.advance([failures(0, 'b', 'c'), failures(2, 'x', 'y')]))).toEqual([
    [0, 1, 'c'],
    [2, 1, 'y'],
  ])
  progress.restart()
  expect(items(progress.advance([failures(0, 'a', 'b', 'c', 'd')]))).toEqual([[0, 1, 'd']])
})
