// Goal: a circuit opens after so many failures within its window, lets one item through to see, and closes again.

import { expect, test } from 'vitest'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { CircuitBreaker } from './circuit-breaker.ts'

test('failures spread over more than the window leave it closed', async () => {
  const clock = new VirtualClock()
  const breaker = new CircuitBreaker({ failures: 2, windowMs: 100 }, clock)
  for (let i = 0; i < 5; i++) {
    breaker.onFailure()
    expect([breaker.isOpen, breaker.admits()]).toEqual([false, true])
    await clock.advance(101)
  }
})

test('open, one probe at a time decides', async () => {
  const clock = new VirtualClock()
  const breaker = new CircuitBreaker({ failures: 2, windowMs: 100, probeAfterMs: 30 }, clock)
  breaker.onFailure()
  breaker.onFailure()
  expect([breaker.isOpen, breaker.admits()]).toEqual([true, false])
  await clock.advance(30)
  expect([breaker.admits(), breaker.admits()]).toEqual([true, false])
  breaker.onFailure()
  expect([breaker.isOpen, breaker.admits()]).toEqual([true, false])
  await clock.advance(30)
  expect(breaker.admits()).toBe(true)
  breaker.onSuccess()
  expect([breaker.isOpen, breaker.admits()]).toEqual([false, true])
  breaker.onFailure()
  expect(breaker.isOpen).toBe(false) // what was before it closed does not count
})

test('of calls side by side, those begun before it opened decide nothing', async () => {
  const clock = new VirtualClock()
  const breaker = new CircuitBreaker({ failures: 1, windowMs: 100 }, clock)
  breaker.onFailure(false)
  await clock.advance(100)
  expect(breaker.admits()).toBe(true)
  breaker.onSuccess(false)
  expect(breaker.admits()).toBe(false)
  breaker.onFailure(false)
  expect(breaker.isOpen).toBe(false) // the probe is still under way
  breaker.onSuccess(true)
  expect(breaker.admits()).toBe(true)
})
