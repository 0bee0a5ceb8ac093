/** Goal: `repeat` is the stream n times over, with a bound on what it keeps. */

import { expect, test } from 'vitest'
import { fromIterable, repeat, toArray } from '../index.ts'
import { expectEverywhere, REFUSED } from './test/everywhere.ts'

test('equals the array joined to itself', async () => {
  for (const count of [1, 2, 4]) {
    await expectEverywhere(
      () => repeat(count),
      (items) => Array.from({ length: count }, () => items).flat(),
    )
  }
})

test('is bounded, unless it keeps nothing', async () => {
  const four = fromIterable([1, 2, 3, 4])
  await expect(toArray(four.pipe(repeat(2, { maxItems: 3 })))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
  expect(await toArray(four.pipe(repeat(1, { maxItems: 3 })))).toEqual([1, 2, 3, 4])
})

test('refuses what makes no sense', () => {
  expect(() => repeat(0)).toThrow(REFUSED)
  expect(() => repeat(2, { maxItems: 0 })).toThrow(REFUSED)
})
