/** Goal: each task is had by one side, and only once. */

import { expect, test } from 'vitest'
import { Door } from './door.ts'

test('a task is taken once, by either side', () => {
  const cells = Door.cells()
  const [here, there] = [new Door(cells), new Door(cells)]
  expect(there.take(1)).toBe(false)
  here.leave(1)
  here.leave(2)
  expect([there.take(1), here.take(1)]).toEqual([true, false])
  here.leave(3)
  expect([here.take(2), there.take(2), there.take(3), there.take(3)]).toEqual([true, false, true, false])
})

test('a task that has been begun is asked back', () => {
  const cells = Door.cells()
  const [here, there] = [new Door(cells), new Door(cells)]
  here.leave(1)
  there.take(1)
  here.askBack(1)
  expect([there.isAskedBack(1), there.isAskedBack(2)]).toEqual([true, false])
  here.leave(3)
  expect(there.take(3)).toBe(true)
})
