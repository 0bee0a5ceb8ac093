/** Goal: histograms that are read again and again never fall, not in a single class. */

import { expect, test } from 'vitest'
import { durationsSince, neverFewer } from './histograms.ts'

const before = { count: 5, sumMs: 20, classes: [3, 0, 2] }

test('of two readings the larger figures stay, class by class', () => {
  expect(neverFewer(before, undefined)).toEqual(before)
  expect(neverFewer({ count: 6, sumMs: 25, classes: [3, 1, 2] }, before)).toEqual({
    count: 6,
    sumMs: 25,
    classes: [3, 1, 2],
  })
  // a worker was lost: more waits in all, but other ones
  const grown = neverFewer({ count: 6, sumMs: 12, classes: [0, 6] }, before)
  expect(grown).toEqual({ count: 11, sumMs: 20, classes: [3, 6, 2] })
  expect(durationsSince(grown, before).classes).toEqual([0, 6, 0])
})
