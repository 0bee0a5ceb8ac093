/** Goal: `distinctUntilChanged` leaves out repetitions that follow each other, and no others. */

import { expect, test } from 'vitest'
import { distinctUntilChanged, fromIterable, toArray } from '../index.ts'
import { expectEverywhere, REFUSED } from './test/everywhere.ts'

test('equals a filter that looks at the item before', async () => {
  await expectEverywhere(
    () => distinctUntilChanged(),
    (items) => items.filter((item, at) => at === 0 || item !== items[at - 1]),
  )
  const key = (n: number) => n % 3
  await expectEverywhere(
    () => distinctUntilChanged(key),
    (items) => items.filter((item, at) => at === 0 || key(item) !== key(items[at - 1] as number)),
  )
})

test('compares with Object.is: NaN is NaN; a key may be undefined', async () => {
  expect(await toArray(fromIterable([Number.NaN, Number.NaN, 1]).pipe(distinctUntilChanged()))).toEqual([
    Number.NaN,
    1,
  ])
  const records = [{}, { k: 1 }, {}, {}]
  const changes = distinctUntilChanged((record: { k?: number }) => record.k)
  expect(await toArray(fromIterable(records).pipe(changes))).toEqual([{}, { k: 1 }, {}])
})

test('refuses a key that is no function, or async', () => {
  expect(() => distinctUntilChanged('k' as never)).toThrow(REFUSED)
  expect(() => distinctUntilChanged(async () => 1)).toThrow(REFUSED)
})
