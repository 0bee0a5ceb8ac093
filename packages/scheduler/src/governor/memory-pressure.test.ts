/** Goal: memory that runs short makes batches smaller, then crews; memory that is there again makes them larger. */

import { expect, test } from 'vitest'
import { MemoryPressure, readMemory } from './memory-pressure.ts'

function pressureOf(initial: number) {
  const state = { share: initial, now: 0 }
  const pressure = new MemoryPressure(
    () => state.share,
    () => state.now,
  )
  /** Looks so many times, each time late enough to see something new. */
  const look = (times: number, share = state.share): readonly [number, number] => {
    state.share = share
    for (; times > 0; times--) {
      state.now += 100
      pressure.look()
    }
    return [pressure.batchFactor, pressure.limit(3)]
  }
  return { pressure, look, state }
}

test('batches are halved four times, then workers go one by one, down to one', () => {
  const { look, pressure } = pressureOf(0.5)
  expect([look(5), pressure.share]).toEqual([[1, 3], undefined])
  expect([look(1, 0.9), pressure.share]).toEqual([[1 / 2, 3], 0.9])
  expect(look(3)).toEqual([1 / 16, 3])
  expect([look(1), look(1), look(50)]).toEqual([
    [1 / 16, 2],
    [1 / 16, 1],
    [1 / 16, 1],
  ])
  expect(pressure.limit(0)).toBe(0)
})

test('between the marks nothing moves; below, all comes back, in the same steps', () => {
  const { look, pressure } = pressureOf(0.9)
  look(5)
  expect(look(10, 0.8)).toEqual([1 / 16, 2])
  expect([look(1, 0.5), look(3), look(1)]).toEqual([
    [1 / 16, 3],
    [1 / 2, 3],
    [1, 3],
  ])
  expect(pressure.share).toBeUndefined()
})

test('it looks ten times a second at most', () => {
  const { pressure, state } = pressureOf(0.9)
  for (state.now = 0; state.now < 100; state.now++) pressure.look()
  expect(pressure.batchFactor).toBe(1 / 2)
})

test('a worker whose heap stays full is pressure; one that has been emptied in between is not', () => {
  const { look, pressure } = pressureOf(0.1)
  pressure.noteHeap(1, 0.95)
  pressure.noteHeap(1, 0.2)
  expect(look(1)).toEqual([1, 3])
  pressure.noteHeap(1, 0.95)
  pressure.noteHeap(1, 0.9)
  expect([look(1), pressure.share]).toEqual([[1 / 2, 3], 0.9])
})

test('the process and its limits are read', () => {
  const share = readMemory()
  expect(share).toBeGreaterThan(0)
  expect(share).toBeLessThan(1)
})
