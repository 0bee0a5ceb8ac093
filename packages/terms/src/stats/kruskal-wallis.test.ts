/** Goal: the figures are scipy's (1.17, recorded here), and the ranks that move on equal those ranked anew. */

import { Random } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIterable, kruskalWallis, toArray } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'
import { randomOptions } from '../test/random-options.ts'

type Samples = readonly (readonly number[])[]

const near = (wanted: number) => expect.closeTo(wanted, 10)

/** One record per sample: `{ g0: 2.9 }`. */
function single(groups: Samples): Record<string, number>[] {
  return groups.flatMap((values, g) => values.map((value) => ({ [`g${g}`]: value })))
}

/** The textbook's formula, all samples ranked at once. */
function recomputed(groups: Samples): number {
  const all = groups.flat()
  const n = all.length
  const rank = (value: number) =>
    all.filter((x) => x < value).length + (all.filter((x) => x === value).length + 1) / 2
  const parts = groups.map((values) => values.reduce((sum, x) => sum + rank(x), 0) ** 2 / values.length)
  const h = (12 / (n * (n + 1))) * parts.reduce((sum, part) => sum + part, 0) - 3 * (n + 1)
  const ties = [...new Set(all)].map((x) => all.filter((y) => y === x).length)
  return h / (1 - ties.reduce((sum, t) => sum + t ** 3 - t, 0) / (n ** 3 - n))
}

test.each([
  [
    [
      [2.9, 3.0, 2.5, 2.6, 3.2],
      [3.8, 2.7, 4.0, 2.4],
      [2.8, 3.4, 3.7, 2.2, 2.0],
    ],
    0.7714285714285722,
    0.6799647735788936,
  ],
  [
    [
      [1, 1, 2, 2, 3],
      [2, 2, 3, 3, 3],
      [1, 1, 1, 1, 4],
      [9, 8, 8, 2, 1],
    ],
    5.768785197103772,
    0.12341749644893166,
  ],
  [
    [
      [1, 3, 5, 7, 9],
      [2, 4, 6, 8, 10],
    ],
    0.2727272727272734,
    0.6015081344405895,
  ],
  [
    [
      [1, 1, 1],
      [2, 2, 2],
      [2, 2],
    ],
    7.0,
    0.0301973834223185,
  ],
])('scipy.stats.kruskal of %j', async (groups, h, p) => {
  const results = await toArray(fromIterable(single(groups)).pipe(kruskalWallis()))
  expect(results.at(-1)).toEqual({ count: groups.flat().length, h: near(h), p: near(p) })
})

test('equals ranking anew after each item, in any order', async () => {
  const sample = fc.integer({ min: 0, max: 9 })
  const groups = fc.array(fc.array(sample, { minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(groups, fc.integer(), async (samples, seed) => {
      const random = new Random(seed)
      const items = random.shuffle(single(samples))
      const results = await toArray(fromIterable(items).pipe(kruskalWallis()), randomOptions(random))
      for (const [i, { count, h }] of results.entries()) {
        const seen = items.slice(0, i + 1)
        const now = samples
          .map((_, g) => seen.flatMap((item) => item[`g${g}`] ?? []))
          .filter((values) => values.length > 0)
        const wanted = now.length < 2 ? null : recomputed(now)
        expect(count).toBe(i + 1)
        if (wanted === null || Number.isNaN(wanted)) expect(h).toEqual(wanted)
        else expect(h).toBeCloseTo(wanted, 9)
      }
    }),
    { numRuns: 100 },
  )
})

test('takes whole records as well as parts, and only the keys that are named', async () => {
  const whole = fromIterable<object>([{ a: 1, b: 2, id: 'x' }, { a: 3, b: 4 }, { a: 5, b: 9 }, { id: 'y' }])
  const results = await toArray(whole.pipe(kruskalWallis({ keys: ['a', 'b'] })))
  expect(results.at(-1)).toEqual({ count: 6, h: near(0.42857142857142705), p: near(0.5126907602619241) })
  expect(results).toHaveLength(4)
})

test('the numbers of samples and of groups are bounded', async () => {
  const samples = fromIterable([{ a: 1 }, { a: 2 }, { a: 3 }])
  await expect(toArray(samples.pipe(kruskalWallis({ maxSamples: 2 })))).rejects.toEqual(
    badInput('kruskalWallis', 'holds 2 samples, and here is another'),
  )
  const groups = fromIterable(Array.from({ length: 1025 }, (_, i) => ({ [`g${i}`]: 1 })))
  await expect(toArray(groups.pipe(kruskalWallis()))).rejects.toEqual(
    badInput('kruskalWallis', 'holds 1024 groups'),
  )
})

test('refuses options and items that make no sense', async () => {
  expect(() => kruskalWallis({ maxSamples: 1 })).toThrow(invalidOption('maxSamples'))
  expect(() => kruskalWallis({ keys: 'a' as never })).toThrow(invalidOption('keys'))
  await expect(toArray(fromIterable([{ a: Number.NaN }]).pipe(kruskalWallis()))).rejects.toEqual(
    badInput('kruskalWallis', 'cannot rank NaN, the value at "a"'),
  )
  await expect(toArray(fromIterable([7 as never]).pipe(kruskalWallis()))).rejects.toEqual(
    badInput('kruskalWallis', 'takes plain records'),
  )
})

test('the order in which samples and groups come makes no difference, to the last bit', async () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = new Random(seed)
    const groups = Array.from({ length: 3 + random.below(9) }, () =>
      Array.from({ length: 1 + random.below(9) }, () => random.below(30) / 10),
    )
    const last = async (records: readonly object[]) =>
      (await toArray(fromIterable(records).pipe(kruskalWallis()))).at(-1)
    const records = single(groups)
    const shuffled = records
      .map((record) => ({ record, at: random.below(1_000_000) }))
      .sort((one, other) => one.at - other.at)
      .map(({ record }) => record)
    expect(await last(shuffled)).toEqual(await last(records))
    expect(await last([...records].reverse())).toEqual(await last(records))
  }
})
