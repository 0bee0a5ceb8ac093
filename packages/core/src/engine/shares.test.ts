// Goal: times and shares of a stage lie within bounds and add up to the whole, whatever was measured.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sharesOf } from './shares.ts'

test.each([
  [25, 30, 20, 100, [0.25, 0.3, 0.2, 0.25]],
  [0, 0, 0, 0, [0, 0, 0, 1]],
  [150, 20, 10, 100, [1, 0, 0, 0]],
  [75, 50, 50, 100, [0.75, 0, 0.25, 0]],
])(
  '%d ms busy, %d ms waiting, %d ms held back of %d ms',
  (busyMs, waitingMs, backpressuredMs, elapsed, shares) => {
    const seen = sharesOf({ busyMs, waitingMs, awaitedMs: waitingMs, backpressuredMs }, elapsed)
    expect([seen.busyShare, seen.waitingShare, seen.backpressuredShare, seen.idleShare]).toEqual(shares)
  },
)

test('law: they add up', () => {
  const ms = fc.double({ min: 0, max: 1e9, noNaN: true })
  fc.assert(
    fc.property(ms, ms, ms, ms, (busyMs, waitingMs, backpressuredMs, elapsed) => {
      const seen = sharesOf({ busyMs, waitingMs, awaitedMs: waitingMs, backpressuredMs }, elapsed)
      const shares = [seen.busyShare, seen.waitingShare, seen.backpressuredShare, seen.idleShare]
      expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 9)
      for (const share of shares) {
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
      }
      const times = [seen.busyMs, seen.waitingMs, seen.backpressuredMs, seen.idleMs]
      expect(times.reduce((sum, ms) => sum + ms)).toBeCloseTo(elapsed, 3)
    }),
  )
})
