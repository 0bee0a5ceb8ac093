/** Goal: `first`, `last` and `elementAt` are find, findLast and an index, and nothing where there is none. */

import { expect, test } from 'vitest'
import { elementAt, first, fromIterable, last, toArray } from '../index.ts'
import { expectEverywhere, naturals, REFUSED } from './test/everywhere.ts'

const isSeven = (n: number) => n % 7 === 0

test('equal find, findLast and an index', async () => {
  await expectEverywhere(
    () => first(),
    (items) => items.slice(0, 1),
  )
  await expectEverywhere(
    () => first(isSeven),
    (items) => items.filter(isSeven).slice(0, 1),
  )
  await expectEverywhere(
    () => last(),
    (items) => items.slice(-1),
  )
  await expectEverywhere(
    () => last(isSeven),
    (items) => items.filter(isSeven).slice(-1),
  )
  await expectEverywhere(
    () => elementAt(3),
    (items) => items.slice(3, 4),
  )
})

test('first and elementAt let an endless source go', async () => {
  for (const term of [first<number>((n) => n === 4), elementAt<number>(4)]) {
    const { source, closed } = naturals()
    expect(await toArray(fromIterable(source).pipe(term))).toEqual([4])
    expect(closed()).toBe(true)
  }
})

test('refuse what makes no sense', () => {
  expect(() => first(3 as never)).toThrow(REFUSED)
  expect(() => last(3 as never)).toThrow(REFUSED)
  expect(() => elementAt(-1)).toThrow(REFUSED)
})
