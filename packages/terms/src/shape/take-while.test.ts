/** Goal: `takeWhile` is the longest beginning that matches, and what comes before it is let go. */

import { expect, test } from 'vitest'
import { fromIterable, takeWhile, toArray } from '../index.ts'
import { expectEverywhere, naturals, REFUSED } from './test/everywhere.ts'

test('equals a slice up to the first item that does not match, with that item if asked for', async () => {
  for (const inclusive of [false, true]) {
    await expectEverywhere(
      () => takeWhile((n) => n < 7, { inclusive }),
      (items) => {
        const at = items.findIndex((n) => n >= 7)
        return at < 0 ? items : items.slice(0, at + (inclusive ? 1 : 0))
      },
    )
  }
})

test('lets an endless source go', async () => {
  const { source, closed } = naturals()
  expect(await toArray(fromIterable(source).pipe(takeWhile((n) => n < 3)))).toEqual([0, 1, 2])
  expect(closed()).toBe(true)
})

test('refuses what makes no sense; a failing function fails the run', async () => {
  expect(() => takeWhile(3 as never)).toThrow(REFUSED)
  expect(() => takeWhile(() => true, { inclusive: 1 as never })).toThrow(REFUSED)
  const cause = new Error('no')
  const failing = takeWhile((): boolean => {
    throw cause
  })
  await expect(toArray(fromIterable([1]).pipe(failing))).rejects.toMatchObject({ term: 'takeWhile', cause })
})
