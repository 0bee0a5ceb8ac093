/** Goal: `id` is neutral, for single items and for rows. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, id, map, toArray } from '../index.ts'

test('is neutral on either side of a pipe', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue()), async (items) => {
      const plain = await toArray(fromIterable(items).pipe(map((item) => [item])))
      expect(
        await toArray(
          fromIterable(items).pipe(
            id(),
            map((item) => [item]),
          ),
        ),
      ).toEqual(plain)
      expect(
        await toArray(
          fromIterable(items).pipe(
            map((item) => [item]),
            id(),
          ),
        ),
      ).toEqual(plain)
    }),
    { numRuns: 30 },
  )
})

test('passes on rows', async () => {
  const rows = fromIterable([2])
    .parallel({ n: id(), square: map((n) => n * n) })
    .pipe(id())
  expect(await toArray(rows)).toEqual([{ n: 2, square: 4 }])
})
