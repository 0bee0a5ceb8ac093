/** Goal: a machine that refuses threads makes a run slower, not wrong. Uses the system's own limit on threads. */

import { expect, test } from 'vitest'
import { canLimit, limitedOutcome, outcome } from '../../test/limited-threads.ts'

const UID = 65532
const SUM = Array.from({ length: 20_000 }, (_, i) => i * i).reduce((sum, n) => sum + n, 0)

test.runIf(canLimit).each(['pool', 'work-stealing'])(
  '%s finishes with the workers it gets, and counts those it did not',
  (strategy) => {
    const seen = limitedOutcome(UID, 3, 'squares.mjs', '8', strategy) as {
      readonly errors: number
      readonly peak: number
      readonly health: { readonly level: string; readonly missing: number; readonly refused: number }
      readonly result: unknown
    }
    expect(seen.result).toEqual([SUM])
    expect(seen.errors).toBeGreaterThan(0)
    expect(seen.peak).toBeLessThan(8)
    expect(seen.health).toMatchObject({ level: expect.stringMatching(/yellow|red/), refused: seen.errors })
    expect(seen.health.missing).toBeGreaterThan(0)
  },
)

test('without a limit there are no errors, and the same answer', () => {
  expect(outcome('squares.mjs', '3')).toMatchObject({ result: [SUM], errors: 0, health: { level: 'green' } })
})

test('workers that are kept while a run lasts do not keep the process', () => {
  expect(outcome('squares.mjs', '2', 'pool', '2')).toMatchObject({ result: [SUM], budget: 2 })
})
