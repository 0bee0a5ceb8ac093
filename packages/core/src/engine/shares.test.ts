// Goal: the shares of a stage's time lie between 0 and 1 and add up to 1, whatever was measured.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sharesOf } from './shares.ts'

test.each([
  [25, 50, 100, { busyShare: 0.25, backpressuredShare: 0.5, idleShare: 0.25 }],
  [0, 0, 0, { busyShare: 0, backpressuredShare: 0, idleShare: 1 }],
  [150, 20, 100, { busyShare: 1, backpressuredShare: 0, idleShare: 0 }],
  [75, 50, 100, { busyShare: 0.75, backpressuredShare: 0.25, idleShare: 0 }],
])('%d ms busy, %d ms blocked of %d ms', (busy, blocked, elapsed, shares) => {
  expect(sharesOf(busy, blocked, elapsed)).toEqual(shares)
})

test('law: they add up', () => {
  const ms = fc.double({ min: 0, max: 1e9, noNaN: true })
  fc.assert(
    fc.property(ms, ms, ms, (busy, blocked, elapsed) => {
      const { busyShare, backpressuredShare, idleShare } = sharesOf(busy, blocked, elapsed)
      expect(busyShare + backpressuredShare + idleShare).toBeCloseTo(1, 9)
      for (const share of [busyShare, backpressuredShare, idleShare]) {
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
      }
    }),
  )
})
