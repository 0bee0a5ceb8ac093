/** Goal: `rateLimit` loses nothing, and in no time lets more through than the bucket holds. */

import { run } from '@millrace/core'
import { settle, VirtualClock } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, rateLimit } from '../index.ts'
import { REFUSED } from '../shape/test/everywhere.ts'
import { type At, inVirtualTime } from './test/in-virtual-time.ts'

test('equals a bucket that is filled each spacing', async () => {
  const cases = fc.record({
    gaps: fc.array(fc.nat({ max: 30 }), { maxLength: 15 }),
    burst: fc.integer({ min: 1, max: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ gaps, burst }) => {
      let now = 0
      const items = gaps.map((gap, i): At<number> => [(now += gap), i])
      let [tokens, filledAt, free] = [burst, 0, 0]
      const expected = items.map(([at, item]): At<number> => {
        // items wait for those before them
        let time = Math.max(at, free)
        tokens = Math.min(burst, tokens + (time - filledAt) / 8)
        if (tokens < 1) {
          time += (1 - tokens) * 8
          tokens = 1
        }
        filledAt = time
        free = time
        tokens--
        return [time, item]
      })
      const term = rateLimit<number>({ items: 2, perMs: 16, burst })
      expect(await inVirtualTime(term, items, now)).toEqual(expected)
    }),
    { numRuns: 25 },
  )
})

test('a cancel ends the wait', async () => {
  const clock = new VirtualClock()
  const running = run(fromIterable([1, 2]).pipe(rateLimit({ items: 1 })), { clock })
  await settle()
  expect(clock.pending).toBe(1)
  await running.cancel()
  await expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(clock.pending).toBe(0)
})

test('refuses options out of range', () => {
  for (const options of [{ items: 0 }, { items: 1, perMs: 0 }, { items: 1, burst: 0.5 }]) {
    expect(() => rateLimit(options)).toThrow(REFUSED)
  }
})
