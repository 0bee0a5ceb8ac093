/** Goal: `sum`, `mean`, `std` and `stdHull` equal a plain recomputation over every prefix, and lose no digits. */

import { Random } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, mean, std, stdHull, sum, toArray } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'
import { randomOptions } from '../test/random-options.ts'

// small multiples of 1/4 are exact, and so are their sums
const value = fc.integer({ min: -4000, max: 4000 }).map((n) => n / 4)

const total = (values: readonly number[]) => values.reduce((all, n) => all + n, 0)
const average = (values: readonly number[]) => total(values) / values.length
const deviation = (values: readonly number[], ddof: number) => {
  const middle = average(values)
  return Math.sqrt(total(values.map((n) => (n - middle) ** 2)) / (values.length - ddof))
}
const prefixes = (values: readonly number[]) => values.map((_, i) => values.slice(0, i + 1))
const close = (wanted: number) => (Number.isNaN(wanted) ? Number.NaN : expect.closeTo(wanted, 8))

test('of plain numbers, over every prefix', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(value), fc.integer(), async (values, seed) => {
      const options = randomOptions(new Random(seed))
      const source = fromIterable(values)
      expect(await toArray(source.pipe(sum()), options)).toEqual(prefixes(values).map(total))
      expect(await toArray(source.pipe(mean()), options)).toEqual(
        prefixes(values).map((all) => close(average(all))),
      )
      for (const ddof of [0, 1] as const) {
        expect(await toArray(source.pipe(std({ ddof })), options)).toEqual(
          prefixes(values).map((all) => (all.length > ddof ? close(deviation(all, ddof)) : Number.NaN)),
        )
      }
    }),
    { numRuns: 50 },
  )
})

test('of records, each key by itself, all keys so far', async () => {
  const items = [{ x: 1 }, { y: 10 }, { x: 3, y: 20 }]
  expect(await toArray(fromIterable<object>(items).pipe(sum()))).toEqual([
    { x: 1 },
    { x: 1, y: 10 },
    { x: 4, y: 30 },
  ])
  expect(await toArray(fromIterable<object>(items).pipe(stdHull({ factor: 2 })))).toEqual([
    { x: { mean: 1, lower: 1, upper: 1 } },
    { x: { mean: 1, lower: 1, upper: 1 }, y: { mean: 10, lower: 10, upper: 10 } },
    { x: { mean: 2, lower: 0, upper: 4 }, y: { mean: 15, lower: 5, upper: 25 } },
  ])
})

test('across the keys of each item', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(value, { minLength: 1 })), async (lists) => {
      const source = fromIterable<number[]>(lists)
      expect(await toArray(source.pipe(sum({ over: 'keys' })))).toEqual(lists.map(total))
      expect(await toArray(source.pipe(mean({ over: 'keys' })))).toEqual(
        lists.map((list) => close(average(list))),
      )
      expect(await toArray(source.pipe(std({ over: 'keys' })))).toEqual(
        lists.map((list) => close(deviation(list, 0))),
      )
    }),
    { numRuns: 50 },
  )
  const hulls = fromIterable([{ a: 1, b: 3, name: 'x' }]).pipe(stdHull({ over: 'keys', keys: ['a', 'b'] }))
  expect(await toArray(hulls)).toEqual([{ mean: 2, lower: 1, upper: 3 }])
  expect(await toArray(fromIterable([{}]).pipe(mean({ over: 'keys' })))).toEqual([Number.NaN])
})

test('keys leave the others out', async () => {
  const rows = fromIterable([
    { city: 'Aachen', n: 1 },
    { city: 'Bonn', n: 3 },
  ])
  expect(await toArray(rows.pipe(mean({ keys: ['n'] })))).toEqual([{ n: 1 }, { n: 2 }])
  await expect(toArray(rows.pipe(mean()))).rejects.toEqual(
    badInput('mean', 'takes numbers, but got "Aachen" at "city"'),
  )
  await expect(toArray(fromIterable([{ m: 1 } as object]).pipe(sum({ keys: ['n'] })))).rejects.toEqual(
    badInput('sum', 'got undefined at "n"'),
  )
})

test('no digits are lost', async () => {
  const far = [4, 7, 13, 16].map((n) => 1e9 + n)
  expect((await toArray(fromIterable(far).pipe(std({ ddof: 1 })))).at(-1)).toBe(Math.sqrt(30))
  expect((await toArray(fromIterable([1e16, 1, -1e16]).pipe(sum()))).at(-1)).toBe(1)
  expect((await toArray(fromIterable(Array(10).fill(0.1) as number[]).pipe(sum()))).at(-1)).toBe(1)
  const endless = [Number.POSITIVE_INFINITY, 1]
  expect(await toArray(fromIterable(endless).pipe(sum()))).toEqual(endless.map(() => endless[0]))
})

test('infinities, NaN and what overflows on the way, over every prefix and across the keys', async () => {
  const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN]
  const figures = async (...values: number[]) => {
    const source = fromIterable(values)
    const [sums, means, deviations, hulls] = await Promise.all([
      toArray(source.pipe(sum())),
      toArray(source.pipe(mean())),
      toArray(source.pipe(std())),
      toArray(source.pipe(stdHull())),
    ])
    const across = fromIterable([values])
    expect(
      await Promise.all([
        toArray(across.pipe(sum({ over: 'keys' }))),
        toArray(across.pipe(mean({ over: 'keys' }))),
        toArray(across.pipe(std({ over: 'keys' }))),
        toArray(across.pipe(stdHull({ over: 'keys' }))),
      ]),
    ).toEqual([sums.slice(-1), means.slice(-1), deviations.slice(-1), hulls.slice(-1)])
    return { sums, means, deviations }
  }
  expect(await figures(1, inf, 2)).toEqual({
    sums: [1, inf, inf],
    means: [1, inf, inf],
    deviations: [0, nan, nan],
  })
  expect(await figures(inf, 1, -inf)).toMatchObject({ sums: [inf, inf, nan], means: [inf, inf, nan] })
  expect(await figures(1, nan, 2)).toEqual({
    sums: [1, nan, nan],
    means: [1, nan, nan],
    deviations: [0, nan, nan],
  })
  expect(await figures(1e308, 1e308, -1e308)).toMatchObject({
    sums: [1e308, inf, 1e308],
    means: [1e308, 1e308, 1e308 / 3],
  })
})

test('every run begins anew', async () => {
  const sums = fromIterable([1, 2]).pipe(sum())
  expect([await toArray(sums), await toArray(sums)]).toEqual([
    [1, 3],
    [1, 3],
  ])
})

test('the number of keys is bounded', async () => {
  const items = Array.from({ length: 4 }, (_, i) => ({ [`k${i}`]: i }))
  expect(await toArray(fromIterable(items).pipe(sum({ maxKeys: 4 })))).toHaveLength(4)
  await expect(toArray(fromIterable(items).pipe(sum({ maxKeys: 3 })))).rejects.toEqual(
    badInput('sum', 'has seen 3 different keys'),
  )
})

test('refuses options that make no sense, and items that are no numbers', async () => {
  expect(() => sum({ over: 'space' } as never)).toThrow(invalidOption('over of sum()'))
  expect(() => mean({ keys: 'a' as never })).toThrow(invalidOption('keys of mean()'))
  expect(() => mean({ maxKeys: 0 })).toThrow(invalidOption('maxKeys'))
  expect(() => std({ ddof: 2 as never })).toThrow(invalidOption('ddof'))
  expect(() => stdHull({ factor: -1 })).toThrow(invalidOption('factor'))
  await expect(toArray(fromIterable([null as never]).pipe(mean()))).rejects.toEqual(
    badInput('mean', 'takes numbers, but got null.'),
  )
  await expect(toArray(fromIterable([7 as never]).pipe(mean({ over: 'keys' })))).rejects.toEqual(
    badInput('mean', 'takes records or lists of numbers, but got 7'),
  )
})
