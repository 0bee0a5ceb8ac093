/** Goal: the number of workers follows the load that was measured, within its bounds. Time is handed in. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { adaptedWorkers } from './adapt.ts'
import { Load } from './load.ts'

const bounds = { min: 0, max: 8 }

test.each<[string, number, number, number, number]>([
  ['all busy and tasks wait: one more', 2, 3, 1, 3],
  ['at the upper bound it stays', 8, 3, 1, 8],
  ['all busy and nothing waits: enough', 2, 0, 1, 2],
  ['tasks waited, but workers were free', 4, 1, 0.6, 4],
  ['half used: stays', 4, 0, 0.5, 4],
  ['hardly used: a quarter goes', 8, 0, 0.2, 6],
  ['idle and yet a backlog: a stall elsewhere, stays', 4, 2, 0.1, 4],
  ['one is left', 1, 0, 0, 1],
])('%s', (_, workers, backlog, utilisation, expected) => {
  expect(adaptedWorkers(workers, { backlog, utilisation }, bounds)).toBe(expected)
})

test('law: it stays within its bounds, grows by one at most, and shrinks only without a backlog', () => {
  const sample = fc.record({
    backlog: fc.double({ min: 0, max: 100, noNaN: true }),
    utilisation: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  const count = fc.integer({ min: 1, max: 64 })
  fc.assert(
    fc.property(count, count, count, sample, (one, other, at, seen) => {
      const [min, max] = [Math.min(one, other), Math.max(one, other)]
      const workers = Math.min(max, Math.max(min, at))
      const next = adaptedWorkers(workers, seen, { min, max })
      expect(next).toBeGreaterThanOrEqual(min)
      expect(next).toBeLessThanOrEqual(max)
      expect(next - workers).toBeLessThanOrEqual(1)
      if (next < workers) expect(seen.backlog).toBeLessThan(0.5)
    }),
  )
})

test('load is a mean over the time since the last sample', () => {
  const load = new Load(0)
  load.set(2, 0)
  load.add(1, 0)
  load.add(3, 50) // one of two is busy for 50 ms; then both, and two wait
  expect(load.sample(100, 90)).toBeUndefined()
  expect(load.sample(100, 100)).toEqual({ backlog: 1, utilisation: 0.75 })
  load.add(-4, 150)
  expect(load.sample(100, 200)).toEqual({ backlog: 1, utilisation: 0.5 })
  expect(load.sample(100, 300)).toEqual({ backlog: 0, utilisation: 0 })
})

test('without workers everything waits, and nothing is used', () => {
  const load = new Load(0)
  load.add(2, 0)
  expect(load.sample(100, 100)).toEqual({ backlog: 2, utilisation: 0 })
})

test('a burst comes and goes: up one by one, down by quarters', () => {
  const load = new Load(0)
  const seen: number[] = []
  let workers = 1
  for (let now = 0; now < 1200; now += 100) {
    // ten tasks wait at all times for half a second, then one every now and then
    const tasks = now < 500 ? 10 : 1
    load.set(workers, now)
    load.add(tasks - load.tasks, now)
    const sample = load.sample(100, now + 100)
    if (sample !== undefined) workers = adaptedWorkers(workers, sample, { min: 2, max: 5 })
    seen.push(workers)
  }
  expect(seen).toEqual([2, 3, 4, 5, 5, 3, 2, 2, 2, 2, 2, 2])
})
