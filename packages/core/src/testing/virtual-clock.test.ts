// The virtual clock fires what is due, in order, and lets what that sets off come to rest.

import { expect, test } from 'vitest'
import { VirtualClock } from './virtual-clock.ts'

test('timers fire in order of time, then of setting, at their own time', async () => {
  const clock = new VirtualClock(1000)
  const fired: [string, number][] = []
  const note = (name: string) => () => void fired.push([name, clock.now()])
  clock.after(20, note('b'))
  clock.after(10, note('a'))
  clock.after(20, note('c'))
  clock.after(21, note('late'))
  await clock.advance(20)
  expect(fired).toEqual([
    ['a', 1010],
    ['b', 1020],
    ['c', 1020],
  ])
  expect([clock.now(), clock.pending]).toEqual([1020, 1])
})

test('a cancelled timer never fires', async () => {
  const clock = new VirtualClock()
  let fired = 0
  const cancel = clock.after(5, () => fired++)
  cancel()
  cancel()
  await clock.advance(10)
  expect([fired, clock.pending]).toEqual([0, 0])
})

test('timers set by timers fire within the same advance, if due', async () => {
  const clock = new VirtualClock()
  const fired: number[] = []
  const tick = (): void => {
    fired.push(clock.now())
    clock.after(3, tick)
  }
  clock.after(3, tick)
  await clock.advance(10)
  expect(fired).toEqual([3, 6, 9])
})

test('what a timer sets off runs before the next timer: promises and immediates', async () => {
  const clock = new VirtualClock()
  const log: string[] = []
  clock.after(1, () => {
    Promise.resolve().then(() => {
      setImmediate(() => log.push('set off by the first'))
    })
  })
  clock.after(2, () => log.push('second'))
  await clock.advance(2)
  expect(log).toEqual(['set off by the first', 'second'])
})
