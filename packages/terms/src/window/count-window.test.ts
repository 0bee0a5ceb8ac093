/** Goal: count windows equal slices of the array of each key. */

import { Random } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countWindow, fromIterable, sumOf, toArray } from '../index.ts'
import { randomOptions } from '../test/random-options.ts'

/** All windows of one key, and the shorter one that the end leaves. */
function recomputed(items: readonly number[], size: number, slide: number): number[][] {
  const windows: number[][] = []
  let start = 0
  for (; start + size <= items.length; start += slide) windows.push(items.slice(start, start + size))
  const covered = start === 0 ? 0 : start - slide + size
  if (items.length > covered) windows.push(items.slice(start))
  return windows
}

test('equals slices of the array', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer(), { maxLength: 40 }),
      fc.integer({ min: 1, max: 8 }),
      fc.nat({ max: 7 }),
      fc.nat(),
      async (items, size, less, seed) => {
        const slide = Math.max(1, size - less)
        const windows = await toArray(
          fromIterable(items).pipe(countWindow({ size, slide })),
          randomOptions(new Random(seed)),
        )
        expect(windows.map(({ value }) => value)).toEqual(recomputed(items, size, slide))
        for (const { start, end, value } of windows) expect(value).toEqual(items.slice(start, end))
      },
    ),
  )
})

test('each key counts for itself', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 30 })), async (items) => {
      const windows = await toArray(
        fromIterable(items).pipe(
          countWindow({ size: 4, slide: 3, key: (n) => n % 3, aggregate: sumOf((n) => n) }),
        ),
      )
      for (const key of [0, 1, 2]) {
        const sums = recomputed(
          items.filter((n) => n % 3 === key),
          4,
          3,
        ).map((window) => window.reduce((sum, n) => sum + n, 0))
        expect(windows.filter((window) => window.key === key).map(({ value }) => value)).toEqual(sums)
      }
    }),
  )
})

test('an infinity is in the windows that hold it and in no other', async () => {
  const inf = Number.POSITIVE_INFINITY
  const windows = countWindow({ size: 2, slide: 1, aggregate: sumOf((n: number) => n) })
  const seen = await toArray(fromIterable([1, inf, -inf, 2, 3]).pipe(windows))
  expect(seen.map(({ value }) => value)).toEqual([inf, Number.NaN, -inf, 5])
})

test('refuses gaps and too many keys', async () => {
  expect(() => countWindow({ size: 2, slide: 3 })).toThrow(/at most size/)
  const window = countWindow({ size: 2, key: (n: number) => n, maxKeys: 2 })
  await expect(toArray(fromIterable([1, 2, 3]).pipe(window))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('Raise maxKeys') },
  })
})
