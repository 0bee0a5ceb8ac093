/** Goal: aggregates equal plain recomputations, and merging parts gives what taking in the whole gives. */

import { Random } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Aggregate,
  aggregate,
  aggregates,
  collectOf,
  countOf,
  distinctOf,
  fromIterable,
  maxOf,
  meanOf,
  minOf,
  quantilesOf,
  runningAggregate,
  stdOf,
  sumOf,
  toArray,
  topOf,
} from '../index.ts'

const n = (value: number): number => value

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function deviation(values: readonly number[], divisor: number): number {
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / divisor)
}

const kinds: Readonly<Record<string, [Aggregate<number, unknown>, (values: readonly number[]) => unknown]>> =
  {
    countOf: [countOf(), (values) => values.length],
    sumOf: [sumOf(n), (values) => values.reduce((sum, value) => sum + value, 0)],
    meanOf: [meanOf(n), (values) => mean(values)],
    minOf: [minOf(n), (values) => Math.min(...values)],
    maxOf: [maxOf(n), (values) => Math.max(...values)],
    stdOf: [stdOf(n), (values) => (values.length === 0 ? Number.NaN : deviation(values, values.length))],
    'stdOf of a sample': [
      stdOf(n, { sample: true }),
      (values) => (values.length < 2 ? Number.NaN : deviation(values, values.length - 1)),
    ],
    collectOf: [collectOf(), (values) => values],
    distinctOf: [distinctOf(n), (values) => new Set(values).size],
    topOf: [
      topOf(n, 3),
      (values) =>
        [...new Set(values)]
          .map((key) => ({ key, count: values.filter((value) => value === key).length, error: 0 }))
          .sort((a, b) => b.count - a.count)
          .slice(0, 3),
    ],
    'the ends of quantilesOf': [
      quantilesOf(n, [0, 1]),
      (values) =>
        values.length === 0 ? [Number.NaN, Number.NaN] : [Math.min(...values), Math.max(...values)],
    ],
    aggregates: [
      aggregates({ count: countOf(), most: maxOf(n) }),
      (values) => ({ count: values.length, most: Math.max(...values) }),
    ],
  }

for (const [kind, [by, recompute]] of Object.entries(kinds)) {
  test(`${kind} equals a recomputation, whole and merged of parts`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -20, max: 20 })), fc.nat(), async (values, seed) => {
        const expected = recompute(values)
        const [whole] = await toArray(fromIterable(values).pipe(aggregate(by)))
        expectClose(whole, expected)

        const random = new Random(seed)
        let merged = by.init()
        for (let at = 0; at < values.length; ) {
          const to = at + 1 + random.below(4)
          const part = values.slice(at, to).reduce((state, value) => by.add(state, value), by.init())
          const before = structuredClone(part)
          merged = by.merge(merged, part)
          // the merged-in state is as it was, and the merged one survives being moved
          expect(part).toEqual(before)
          merged = structuredClone(merged)
          at = to
        }
        expectClose(by.result(merged), expected)
      }),
      { numRuns: 60 },
    )
  })

  test(`a result of ${kind} does not change later`, () => {
    let state = by.init()
    for (const value of [1, 2, 3]) state = by.add(state, value)
    const result = by.result(state)
    const before = structuredClone(result)
    for (const value of [4, 1, 1]) state = by.add(state, value)
    expect(result).toEqual(before)
  })
}

function expectClose(seen: unknown, expected: unknown): void {
  if (typeof expected === 'number' && !Number.isNaN(expected)) expect(seen).toBeCloseTo(expected, 9)
  else expect(seen).toEqual(expected)
}

/** Any numbers, and the keys of a map of them: what must not make a difference is rounding. */
const anyNumbers = fc.array(
  fc.oneof(
    fc.double({ noNaN: true }),
    fc.integer({ min: -9, max: 9 }),
    fc.double({ noNaN: true, min: -9, max: 9 }),
  ),
  { maxLength: 60 },
)

const exactKinds: Readonly<Record<string, Aggregate<number, unknown>>> = {
  countOf: countOf(),
  sumOf: sumOf(n),
  meanOf: meanOf(n),
  minOf: minOf(n),
  maxOf: maxOf(n),
  stdOf: stdOf(n),
  'stdOf of a sample': stdOf(n, { sample: true }),
  collectOf: collectOf(),
  distinctOf: distinctOf(n, { precision: 4 }),
  quantilesOf: quantilesOf(n, [0, 0.1, 0.5, 0.99, 1]),
  'quantilesOf, its buckets joined': quantilesOf(n, [0, 0.1, 0.5, 0.99, 1], { maxBuckets: 16 }),
  aggregates: aggregates({ count: countOf(), mean: meanOf(n), median: quantilesOf(n, [0.5]) }),
}

for (const [kind, by] of Object.entries(exactKinds)) {
  test(`runs of items merged in their order give the very value of adding all: ${kind}`, () => {
    expect(by.mergesExactly).toBe(true)
    fc.assert(
      fc.property(anyNumbers, fc.nat(), (values, seed) => {
        const random = new Random(seed)
        let merged = by.init()
        for (let at = 0; at < values.length; ) {
          const to = at + random.below(8)
          merged = by.merge(merged, structuredClone(values.slice(at, to).reduce(by.add, by.init())))
          at = to
        }
        expect(by.result(merged)).toEqual(by.result(values.reduce(by.add, by.init())))
      }),
      { numRuns: 200 },
    )
  })
}

test('what merging may change says so', () => {
  const own = { init: () => 0, add: (a: number, b: number) => a + b, merge: (a: number, b: number) => a + b }
  const kinds: Aggregate<number, unknown>[] = [
    topOf(n, 3),
    { ...own, result: (sum: number) => sum },
    aggregates({ count: countOf(), top: topOf(n, 3) }),
  ]
  expect(kinds.map(({ mergesExactly = false }) => mergesExactly)).toEqual([false, false, false])
})

test('sums and means of huge and infinite values, in any order', async () => {
  const figures = aggregates({ sum: sumOf(n), mean: meanOf(n), deviation: stdOf(n) })
  const of = async (...values: number[]) => {
    const [all, reversed] = await Promise.all(
      [values, values.toReversed()].map((items) => toArray(fromIterable(items).pipe(aggregate(figures)))),
    )
    expect(reversed).toEqual(all)
    return all?.[0]
  }
  const inf = Number.POSITIVE_INFINITY
  expect(await of(1, inf, 2)).toEqual({ sum: inf, mean: inf, deviation: Number.NaN })
  expect(await of(1e308, 1e308, -1e308)).toMatchObject({ sum: 1e308, mean: 1e308 / 3 })
  expect(await of(1e308, 1e308)).toEqual({ sum: inf, mean: 1e308, deviation: 0 })
  expect(await of(0.1, 0.2, 0.3, -0.6)).toMatchObject({ sum: 2.7755575615628914e-17 })
})

test('runningAggregate gives the value after each item', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer()), async (values) => {
      const seen = await toArray(fromIterable(values).pipe(runningAggregate(sumOf((value) => value))))
      expect(seen).toEqual(
        values.map((_, i) => values.slice(0, i + 1).reduce((sum, value) => sum + value, 0)),
      )
    }),
  )
})

test('a sum keeps what rounding takes from it', async () => {
  const tenths = Array.from({ length: 1_000_000 }, () => 0.1)
  expect(tenths.reduce((sum, value) => sum + value, 0)).not.toBe(100_000)
  expect(await toArray(fromIterable(tenths).pipe(aggregate(sumOf((value) => value))))).toEqual([100_000])
})

test('a value that is no number names itself', async () => {
  const sum = aggregate(sumOf((text: string) => Number(text)))
  await expect(toArray(fromIterable(['1', 'x']).pipe(sum))).rejects.toMatchObject({
    item: 'x',
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('gave NaN for "x"') },
  })
})

test('collectOf is bounded', async () => {
  const two = collectOf<number>({ maxItems: 2 })
  await expect(toArray(fromIterable([1, 2, 3]).pipe(aggregate(two)))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
  expect(() => two.merge([1], [2, 3])).toThrow(/Raise maxItems/)
})

test('refuses what is no aggregate', () => {
  for (const by of [undefined, {}, { ...countOf(), merge: 3 }, { ...countOf(), add: async () => 0 }]) {
    expect(() => aggregate(by as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  }
  expect(() => aggregates({})).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  expect(() => sumOf(3 as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
})
