/** Goal: a thread that was held up does not take its own delay for that of an iterator. */

import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { CleanUpTimeoutError } from '../errors.ts'
import { CleanUp } from './clean-up.ts'

test('what was ready while the thread was busy counts, though its time is over', async () => {
  await new Promise(setImmediate) // the next turn of the event loop begins with its timers
  const cleanUp = new CleanUp(40, new AbortController().signal)
  const next = new Promise((resolve) => setImmediate(resolve, { done: false, value: 1 }))
  const iterator = { next: () => next, return: () => new Promise<never>(() => {}) }
  cleanUp.letGo(iterator as AsyncIterator<unknown>, next)
  const busyUntil = performance.now() + 60
  while (performance.now() < busyUntil);
  // it came out of its next, so its return() is waited for, in vain
  await expect(cleanUp.settled()).rejects.toBeInstanceOf(CleanUpTimeoutError)
})
