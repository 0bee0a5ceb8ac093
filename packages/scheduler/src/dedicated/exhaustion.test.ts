/** Goal: a machine that refuses threads makes a dedicated run share those it gets, and says so. Uses the system's limit. */

import { expect, test } from 'vitest'
import { canLimit, limitedOutcome, outcome } from '../../test/limited-threads.ts'

const UID = 65533

interface Seen {
  readonly errors: number
  readonly budget: number
  readonly result: unknown
}

test.runIf(canLimit)('terms share the threads that the machine grants, down to none', () => {
  const few = limitedOutcome(UID, 3, 'wide.mjs') as Seen
  expect(few.result).toEqual([506])
  expect(few.errors).toBeGreaterThan(0)
  expect(few.budget).toBeLessThan(6)
  const none = limitedOutcome(UID, 0, 'wide.mjs') as Seen
  expect(none).toMatchObject({ result: [506], budget: 0 })
  expect(none.errors).toBeGreaterThan(0)
})

test('without a limit there are no errors, and the same answer', () => {
  expect(outcome('wide.mjs')).toEqual({ result: [506], errors: 0, budget: 6 })
})
