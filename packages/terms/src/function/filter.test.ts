/** Goal: `filter` is Array.filter without the index; what it leaves out is counted. */

import { run } from '@millrace/core'
import fc from 'fast-check'
import { expect, expectTypeOf, test } from 'vitest'
import { collect, filter, fromIterable, map, toArray } from '../index.ts'

test('equals Array.filter', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer()), fc.integer({ min: 1, max: 5 }), async (items, m) => {
      const filtered = fromIterable(items).pipe(filter((n) => n % m === 0))
      expect(await toArray(filtered)).toEqual(items.filter((n) => n % m === 0))
    }),
  )
})

test('counts what it left out', async () => {
  const summary = await run(
    fromIterable([1, 2, 3]).pipe(
      filter((n) => n > 1),
      collect(),
    ),
  ).done
  expect(summary.items).toMatchObject({ in: 3, filtered: 1, out: 2 })
})

test('a type guard narrows', async () => {
  const mixed: (string | number)[] = ['a', 1, 'b']
  const strings = fromIterable(mixed).pipe(filter((item) => typeof item === 'string'))
  const lengths = strings.pipe(map((text) => text.length))
  const seen = await toArray(strings)
  expectTypeOf(seen).toEqualTypeOf<string[]>()
  expect(seen).toEqual(['a', 'b'])
  expect(await toArray(lengths)).toEqual([1, 1])
})

test('refuses async functions and what is none', () => {
  expect(() => filter((async () => true) as never)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  )
  expect(() => filter(undefined as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
})

test('a failure names the term and the item', async () => {
  const cause = new TypeError('no')
  const failing = fromIterable(['x']).pipe(
    filter(() => {
      throw cause
    }),
  )
  await expect(toArray(failing)).rejects.toMatchObject({
    code: 'TERM_FAILED',
    term: 'filter',
    item: 'x',
    cause,
  })
})
