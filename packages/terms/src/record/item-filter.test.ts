/** Goal: `itemFilter` is `filter`, type guards included. */

import { expect, expectTypeOf, test } from 'vitest'
import { fromIterable, itemFilter, toArray } from '../index.ts'
import { invalidOption } from '../test/failing.ts'

test('passes the items for which the function is true', async () => {
  const mixed = fromIterable([{ n: 1 }, { n: null }, { n: 3 }])
  const known = await toArray(mixed.pipe(itemFilter((item): item is { n: number } => item.n !== null)))
  expectTypeOf(known).toEqualTypeOf<{ n: number }[]>()
  expect(known).toEqual([{ n: 1 }, { n: 3 }])
})

test('refuses async functions', () => {
  expect(() => itemFilter((async () => true) as never)).toThrow(invalidOption())
})
