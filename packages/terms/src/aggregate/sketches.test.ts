/** Goal: sketches stay within the bounds that they document, against exact answers, on seeded data of several shapes. */

import { Random } from '@millrace/core/testing'
import { expect, test } from 'vitest'
import { type Aggregate, distinctOf, quantilesOf, topOf } from '../index.ts'

const N = 20_000

/** Values of several shapes, negative ones and zeros among them. */
const shapes: Readonly<Record<string, (random: Random) => number>> = {
  uniform: (random) => random.next() * 1000,
  'spread over powers of ten': (random) => 10 ** (random.next() * 8 - 4),
  'of both signs': (random) => (random.next() - 0.5) * 100,
  'few and whole': (random) => random.below(7) - 3,
}

function valuesOf(shape: (random: Random) => number, seed: number): number[] {
  const random = new Random(seed)
  return Array.from({ length: N }, () => shape(random))
}

function whole<In, Out, State>(by: Aggregate<In, Out, State>, items: readonly In[]): State {
  return items.reduce((state, item) => by.add(state, item), by.init())
}

/** Merged of parts of random lengths. */
function merged<In, Out, State>(by: Aggregate<In, Out, State>, items: readonly In[], random: Random): State {
  let state = by.init()
  for (let at = 0; at < items.length; ) {
    const to = at + 1 + random.below(3000)
    state = by.merge(state, whole(by, items.slice(at, to)))
    at = to
  }
  return state
}

const QUANTILES = [0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1]

for (const [name, shape] of Object.entries(shapes)) {
  for (const relativeError of [0.01, 0.1]) {
    test(`quantiles are within ${relativeError} of exact ones: ${name}`, () => {
      const values = valuesOf(shape, 11)
      const by = quantilesOf((value: number) => value, QUANTILES, { relativeError })
      const sorted = values.toSorted((a, b) => a - b)
      const estimates = by.result(whole(by, values))
      QUANTILES.forEach((quantile, i) => {
        const exact = sorted[Math.floor(quantile * (N - 1))] as number
        const off = Math.abs((estimates[i] as number) - exact)
        expect(off).toBeLessThanOrEqual(relativeError * Math.abs(exact) * (1 + 1e-9))
      })
      expect(by.result(merged(by, values, new Random(12)))).toEqual(estimates)
      expect(by.result(merged(by, values.toReversed(), new Random(13)))).toEqual(estimates)
    })
  }
}

test('with few buckets the error doubles with each join, and order still makes no difference', () => {
  const values = valuesOf((random) => 10 ** (random.next() * 8 - 4), 14)
  const by = quantilesOf((value: number) => value, QUANTILES, { maxBuckets: 64 })
  const state = whole(by, values)
  expect(state.positive.size).toBeLessThanOrEqual(64)
  expect(state.joins).toBeGreaterThan(0)
  const gamma = (1.01 / 0.99) ** (2 ** state.joins)
  const bound = (gamma - 1) / (gamma + 1)
  const sorted = values.toSorted((a, b) => a - b)
  by.result(state).forEach((estimate, i) => {
    const exact = sorted[Math.floor((QUANTILES[i] as number) * (N - 1))] as number
    expect(Math.abs(estimate - exact)).toBeLessThanOrEqual(bound * exact * (1 + 1e-9))
  })
  expect(by.result(merged(by, values.toReversed(), new Random(15)))).toEqual(by.result(state))
})

test('the fewest buckets hold values of all sizes and both signs', () => {
  const random = new Random(16)
  const by = quantilesOf((value: number) => value, QUANTILES, { maxBuckets: 16 })
  const values = Array.from(
    { length: 2000 },
    () => (random.below(2) === 0 ? -1 : 1) * 10 ** (random.next() * 600 - 300),
  )
  const state = whole(by, values)
  expect(state.positive.size + state.negative.size).toBeLessThanOrEqual(16)
  const estimates = by.result(state)
  expect(estimates.every(Number.isFinite)).toBe(true)
  expect(estimates).toEqual(estimates.toSorted((a, b) => a - b))
})

test('infinite and very small values have a place', () => {
  const by = quantilesOf((value: number) => value, [0, 0.5, 1])
  const values = [Number.NEGATIVE_INFINITY, 5e-324, Number.POSITIVE_INFINITY]
  const [least, median, most] = by.result(whole(by, values))
  expect([least, most]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
  expect(median).toBeLessThan(1e-300)
})

test('denormals and infinities are within the bound too', () => {
  const tiny = Number.MIN_VALUE
  const q = Array.from({ length: 21 }, (_, i) => i / 20)
  const by = quantilesOf((value: number) => value, q, { maxBuckets: 8192 })
  const check = (values: readonly number[]) => {
    const sorted = values.toSorted((a, b) => a - b)
    by.result(whole(by, values)).forEach((estimate, i) => {
      const exact = sorted[Math.floor((q[i] as number) * (values.length - 1))] as number
      if (!Number.isFinite(exact)) expect(estimate).toBe(exact)
      else {
        const bound = 0.01 * Math.abs(exact) * (1 + 1e-9) + tiny / 2
        expect(Math.abs(estimate - exact) <= bound || `${estimate} for ${exact}`).toBe(true)
      }
    })
  }
  check([tiny, tiny, tiny, 1])
  check(Array.from({ length: 1000 }, (_, i) => (i + 1) * tiny))
  check(Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? -1 : 1) * 2 ** (-1074 + i / 5)))
  check([Number.MAX_VALUE, -Number.MAX_VALUE, 1e308, 1.7e308, 0, Number.MAX_VALUE])
  const inf = Number.POSITIVE_INFINITY
  check([1, inf, inf, inf, -inf, -inf, Number.MAX_VALUE])
})

for (const count of [10, 1000, 10_000, 100_000]) {
  for (const precision of [8, 12]) {
    test(`distinct counts of ${count} are within four standard errors: precision ${precision}`, () => {
      const error = 1.04 / Math.sqrt(2 ** precision)
      for (const prefix of ['user', '', 'x-']) {
        const by = distinctOf((key: string) => key, { precision })
        const keys = Array.from({ length: count }, (_, i) => `${prefix}${i}`)
        const state = whole(by, [...keys, ...keys.slice(0, count / 2)])
        expect(Math.abs(by.result(state) - count)).toBeLessThanOrEqual(Math.max(1, 4 * error * count))
        expect(merged(by, keys.toReversed(), new Random(1))).toEqual(state)
      }
    })
  }
}

test('numbers and their texts are different keys', () => {
  const by = distinctOf((key: string | number | null | bigint | boolean) => key)
  expect(by.result(whole(by, [1, '1', 1n, true, 'true', null, 'null']))).toBe(7)
})

test('frequent keys are found, and their counts are within the bound', () => {
  for (const seed of [1, 2, 3]) {
    const random = new Random(seed)
    // about as words are distributed: rank r has a share of 1 / r
    const keys = Array.from({ length: N }, () => Math.floor(5000 ** random.next()))
    const exact = new Map<number, number>()
    for (const key of keys) exact.set(key, (exact.get(key) ?? 0) + 1)
    const counters = 100
    const by = topOf((key: number) => key, counters, { counters })
    for (const state of [whole(by, keys), merged(by, keys, random)]) {
      const top = by.result(state)
      expect(state.counters.size).toBe(counters)
      for (const { key, count, error } of top) {
        const truth = exact.get(key) as number
        expect(count).toBeGreaterThanOrEqual(truth)
        expect(count - error).toBeLessThanOrEqual(truth)
        expect(error).toBeLessThanOrEqual(N / counters)
      }
      const found = new Set(top.map(({ key }) => key))
      const missing = [...exact].filter(([key, count]) => count > N / counters && !found.has(key))
      expect(missing).toEqual([])
    }
  }
})

test('refuses options out of range', () => {
  const key = (n: number) => n
  for (const make of [
    () => quantilesOf(key, [2]),
    () => quantilesOf(key, [0.5], { relativeError: 0 }),
    () => distinctOf(key, { precision: 3 }),
    () => topOf(key, 0),
    () => topOf(key, 5, { counters: 4 }),
  ]) {
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  }
})
