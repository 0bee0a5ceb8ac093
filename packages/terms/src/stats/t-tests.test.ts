/** Goal: the figures of both t-tests are scipy's (1.17, recorded here) to 1e-9. */

import { Random } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { fromIterable, map, oneSampleTTest, pairedTTest, toArray } from '../index.ts'
import { badInput, invalidOption } from '../test/failing.ts'
import { randomOptions } from '../test/random-options.ts'

/** Hours of sleep gained with two drugs: Student, "The probable error of a mean", Biometrika 1908. */
const FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
const SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

const near = (wanted: number) => expect.closeTo(wanted, 10)

test.each([
  [0, FIRST, 1.3257101407138212, 0.21759778006844888],
  [0, SECOND, 3.6799158947951884, 0.005076132649772409],
  [2.5, SECOND, -0.2684917176460015, 0.79437373830747],
])('one sample: ttest_1samp against a mean of %f', async (mean, values, t, p) => {
  const results = await toArray(fromIterable(values).pipe(oneSampleTTest(mean)))
  expect(results.at(-1)).toEqual({ count: 10, t: near(t), p: near(p) })
  expect(results[0]).toEqual({ count: 1, t: null, p: null })
})

test('one sample, of records key by key', async () => {
  const records = fromIterable(FIRST.map((a, i) => ({ a, b: SECOND[i] as number, id: 'x' })))
  const results = await toArray(records.pipe(oneSampleTTest(0, { keys: ['a', 'b'] })))
  expect(results.at(-1)).toEqual({
    a: { count: 10, t: near(1.3257101407138212), p: near(0.21759778006844888) },
    b: { count: 10, t: near(3.6799158947951884), p: near(0.005076132649772409) },
  })
})

test('paired: ttest_rel, of rows, of lists, of chosen keys, under any schedule', async () => {
  const wanted = { count: 10, t: near(-4.062127683382037), p: near(0.002832890197384273) }
  const records = FIRST.map((a, i) => ({ id: `${i}`, a, b: SECOND[i] as number }))
  for (let seed = 0; seed < 10; seed++) {
    const options = randomOptions(new Random(seed))
    const rows = fromIterable(records).parallel({ a: map(({ a }) => a), b: map(({ b }) => b) })
    expect((await toArray(rows.pipe(pairedTTest()), options)).at(-1)).toEqual(wanted)
    const lists = fromIterable(records.map(({ a, b }) => [a, b]))
    expect((await toArray(lists.pipe(pairedTTest()), options)).at(-1)).toEqual(wanted)
    const chosen = fromIterable(records).pipe(pairedTTest({ keys: ['a', 'b'] }))
    expect((await toArray(chosen, options)).at(-1)).toEqual(wanted)
  }
})

test('equal samples: an infinite statistic, or none', async () => {
  const same = fromIterable([2, 2])
  expect((await toArray(same.pipe(oneSampleTTest(1)))).at(-1)).toEqual({
    count: 2,
    t: Number.POSITIVE_INFINITY,
    p: 0,
  })
  expect((await toArray(same.pipe(oneSampleTTest(2)))).at(-1)).toEqual({
    count: 2,
    t: Number.NaN,
    p: Number.NaN,
  })
})

test('refuses means, keys and items that make no sense', async () => {
  expect(() => oneSampleTTest(Number.NaN)).toThrow(invalidOption('The mean'))
  expect(() => pairedTTest({ keys: ['a'] as never })).toThrow(invalidOption('two names'))
  await expect(toArray(fromIterable([[1, 2, 3]]).pipe(pairedTTest()))).rejects.toEqual(
    badInput('pairedTTest', 'takes two numbers of each item, but got 3'),
  )
  await expect(toArray(fromIterable([{ a: 1, b: 'x' }]).pipe(pairedTTest()))).rejects.toEqual(
    badInput('pairedTTest', 'got "x" at "b"'),
  )
})
