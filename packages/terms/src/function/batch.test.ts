/** Goal: `batch` cuts a stream into arrays that, joined, are the stream. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { batch, flatMap, fromIterable, toArray } from '../index.ts'

test('cuts a stream into arrays of n and a rest', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer()), fc.integer({ min: 1, max: 5 }), async (items, n) => {
      const batches = await toArray(fromIterable(items).pipe(batch(n)))
      expect(batches.flat()).toEqual(items)
      expect(batches.map((b) => b.length)).toEqual(
        Array.from({ length: Math.ceil(items.length / n) }, (_, i) => Math.min(n, items.length - i * n)),
      )
    }),
  )
})

test('can be taken apart again', async () => {
  const whole = fromIterable([1, 2, 3]).pipe(
    batch(2),
    flatMap((items) => items),
  )
  expect(await toArray(whole)).toEqual([1, 2, 3])
  expect(await toArray(whole)).toEqual([1, 2, 3])
})

test('refuses sizes that are no whole numbers from 1 on', () => {
  for (const size of [0, -1, 1.5, Number.POSITIVE_INFINITY, '3' as never]) {
    expect(() => batch(size)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  }
})
