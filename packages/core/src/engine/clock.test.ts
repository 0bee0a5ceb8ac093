// The system's clocks: durations come from a clock that is not set, and timers wait as long as they are asked to.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { longTimer, monotonicMs, systemClock, watchClock } from './clock.ts'
import { TimerWheel } from './timer-wheel.ts'

const DAY_MS = 86_400_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

test.each([1, 2, 2 ** 31 - 1, 2 ** 31, 30 * DAY_MS, 80 * DAY_MS])(
  'a timer of %d ms waits that long',
  (delayMs) => {
    let fired = 0
    longTimer(delayMs, () => fired++, true)
    vi.advanceTimersByTime(delayMs - 1)
    expect(fired).toBe(0)
    vi.advanceTimersByTime(1)
    expect(fired).toBe(1)
    vi.advanceTimersByTime(100 * DAY_MS)
    expect(fired).toBe(1)
  },
)

test('a long timer can be cancelled at any time, and one without end never fires', () => {
  let fired = 0
  for (const clock of [systemClock, watchClock]) {
    const cancel = clock.after(60 * DAY_MS, () => fired++)
    clock.after(Number.POSITIVE_INFINITY, () => fired++)
    vi.advanceTimersByTime(50 * DAY_MS)
    cancel()
  }
  vi.advanceTimersByTime(1000 * DAY_MS)
  expect(fired).toBe(0)
})

test('the monotonic clock does not know the wall clock', () => {
  const before = monotonicMs()
  vi.setSystemTime(Date.now() - DAY_MS)
  expect(monotonicMs()).toBeGreaterThanOrEqual(before)
  expect(monotonicMs() - before).toBeLessThan(DAY_MS / 2)
})

test('time limits go by the monotonic clock', () => {
  let [now, at] = [5000, 0]
  const timers: { readonly due: number; readonly callback: () => void }[] = []
  const wheel = new TimerWheel({
    now: () => now,
    monotonic: () => at,
    after: (delayMs, callback) => {
      timers.push({ due: at + delayMs, callback })
      return () => undefined
    },
  })
  const fired: number[] = []
  wheel.after(10, () => fired.push(at))
  now -= DAY_MS
  at = 11
  for (const { due, callback } of timers) if (due <= at) callback()
  expect(fired).toEqual([11])
})
