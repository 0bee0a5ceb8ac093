// Goal: pauses between calls grow, up to a bound, and part of each is left to chance.

import { expect, test } from 'vitest'
import { retryOf } from '../term/check-policy.ts'
import { pauseMs } from './guard.ts'

const noJitter = retryOf({ retry: { attempts: 9, delayMs: 10, factor: 3, maxDelayMs: 200, jitter: 0 } })

test('pauses grow by the factor, up to the longest', () => {
  expect([1, 2, 3, 4, 5].map((attempt) => pauseMs(noJitter, attempt))).toEqual([10, 30, 90, 200, 200])
  expect(pauseMs(retryOf({ retry: 3 }), 900)).toBe(0)
})

test('chance takes up to its share off', () => {
  const retry = { ...noJitter, jitter: 0.5 }
  expect(pauseMs(retry, 2, () => 0)).toBe(30)
  expect(pauseMs(retry, 2, () => 0.5)).toBe(22.5)
  expect(pauseMs({ ...retry, jitter: 1 }, 2, () => 1)).toBe(0)
})
