// Goal: timers fire once, in order, never early, at most a millisecond late, and leave nothing on the clock.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { TimerWheel } from './timer-wheel.ts'

test('timers fire in order of their times, near ones and those some turns of the wheel away', async () => {
  const clock = new VirtualClock(1_000_000)
  const wheel = new TimerWheel(clock)
  const fired: number[] = []
  for (const delayMs of [5000, 3, 1024, 1027, 70, 2051]) {
    wheel.after(delayMs, () => fired.push(clock.now() - 1_000_000))
  }
  expect([wheel.size, clock.pending]).toEqual([6, 1])
  await clock.advance(10_000)
  expect(fired).toEqual([3, 70, 1024, 1027, 2051, 5000])
  expect([wheel.size, clock.pending]).toEqual([0, 0])
})

test('any timers, some cancelled: the others fire on time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(3000), fc.integer({ min: -1, max: 4000 })), { maxLength: 25 }),
      async (timers) => {
        const clock = new VirtualClock(0.4)
        const wheel = new TimerWheel(clock)
        const fired: [number, number][] = []
        const expected: number[] = []
        timers.forEach(([delayMs, cancelAt], at) => {
          const cancel = wheel.after(delayMs, () => fired.push([at, clock.now()]))
          if (cancelAt >= 0) clock.after(cancelAt, cancel)
          if (cancelAt < 0 || cancelAt > delayMs + 1) expected.push(at)
        })
        await clock.advance(10)
        await clock.advance(5000)
        const late = fired.filter(([at, now]) => {
          const by = now - 0.4 - (timers[at]?.[0] ?? 0)
          return by < 0 || by > 1.6
        })
        expect(late).toEqual([])
        for (const at of expected) expect(fired.map(([one]) => one)).toContain(at)
        expect([wheel.size, clock.pending]).toEqual([0, 0])
      },
    ),
    { numRuns: 40, seed: 7 },
  )
})

test('a callback may set and cancel timers; cleared, all are forgotten', async () => {
  const clock = new VirtualClock()
  const wheel = new TimerWheel(clock)
  const fired: string[] = []
  const cancelB = wheel.after(10, () => fired.push('b'))
  wheel.after(5, () => {
    fired.push('a')
    cancelB()
    wheel.after(2, () => fired.push('c'))
  })
  await clock.advance(20)
  expect(fired).toEqual(['a', 'c'])
  const cancel = wheel.after(10, () => fired.push('never'))
  wheel.clear()
  cancel()
  expect([wheel.size, clock.pending]).toEqual([0, 0])
  await clock.advance(20)
  expect(fired).toEqual(['a', 'c'])
})
