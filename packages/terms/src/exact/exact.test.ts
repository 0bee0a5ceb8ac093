/** Goal: sums, means and deviations equal those of big-integer fractions, whatever the order and however merged. */

import { Random } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addExact, addSum, type ExactSum, noSum, roundedSum } from './exact-sum.ts'
import {
  addMoment,
  deviationOf,
  type Moments,
  meanOfTotal,
  mergeMoments,
  noMoments,
  sumOfTotal,
} from './moments.ts'

const MAX = Number.MAX_VALUE
const TINY = Number.MIN_VALUE

/** Doubles of every size, those at the edges often. */
const anyDouble = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, min: -1000, max: 1000 }),
  fc.integer({ min: -100, max: 100 }),
  fc.integer({ min: -100, max: 100 }).map((n) => n / 100),
  fc.integer({ min: -1074, max: 1023 }).map((e) => 2 ** e),
  fc.integer({ min: -60, max: 60 }).map((e) => -(2 ** e)),
  fc.integer({ min: -20, max: 20 }).map((n) => n * TINY),
  fc.constantFrom(
    MAX,
    -MAX,
    1e308,
    -1e308,
    2 ** 1023,
    2 ** 970,
    -(2 ** 969),
    0,
    -0,
    TINY,
    2 ** -1022,
    2 ** -537,
  ),
)
const values = fc.array(anyDouble, { maxLength: 40 })

/** Bits below the point: those of the smallest square. */
const PLACES = 2148n
const ONE = 1n << PLACES

function fractionOf(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const exponent = (bits >> 52n) & 0x7ffn
  const fraction = bits & 0xfffffffffffffn
  const mantissa = exponent === 0n ? fraction : fraction | 0x10000000000000n
  const size = mantissa << ((exponent === 0n ? 1n : exponent) - 1075n + PLACES)
  return bits >> 63n === 1n ? -size : size
}

/** The double nearest to `numerator / denominator`, found by halving the range of bit patterns. */
function nearest(numerator: bigint, denominator: bigint): number {
  if (numerator < 0n) return -nearest(-numerator, denominator)
  const view = new DataView(new ArrayBuffer(8))
  const doubleOf = (bits: bigint): number => {
    view.setBigUint64(0, bits)
    return view.getFloat64(0)
  }
  const infinity = 0x7ff0000000000000n
  const at = (bits: bigint): bigint => (bits === infinity ? ONE << 1024n : fractionOf(doubleOf(bits)))
  let [low, high] = [0n, infinity]
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (at(middle) * denominator <= numerator) low = middle
    else high = middle
  }
  const [below, above] = [numerator - at(low) * denominator, at(high) * denominator - numerator]
  if (below === above) return doubleOf(low % 2n === 0n ? low : high)
  return doubleOf(below < above ? low : high)
}

function exactly(all: readonly number[]): { sum: bigint; spread: bigint; count: bigint } {
  const parts = all.map(fractionOf)
  const sum = parts.reduce((a, b) => a + b, 0n)
  const squares = parts.reduce((a, b) => a + b * b, 0n)
  const count = BigInt(all.length)
  return { sum, spread: count * squares - sum * sum, count }
}

function momentsOf(all: readonly number[]): Moments {
  return all.reduce(addMoment, noMoments())
}

/** Cut into parts that are merged in a random order, nested, and cloned on the way. */
function mergedMoments(all: readonly number[], random: Random): Moments {
  const shuffled = [...all]
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[shuffled[i], shuffled[j]] = [shuffled[j] as number, shuffled[i] as number]
  }
  const parts: Moments[] = [noMoments()]
  for (let at = 0; at < shuffled.length; ) {
    const to = at + 1 + random.below(6)
    parts.push(momentsOf(shuffled.slice(at, to)))
    at = to
  }
  while (parts.length > 1) {
    const [one] = parts.splice(random.below(parts.length), 1) as [Moments]
    const at = random.below(parts.length)
    parts[at] = structuredClone(mergeMoments(parts[at] as Moments, one))
  }
  return parts[0] as Moments
}

const figuresOf = (moments: Moments) => [
  sumOfTotal(moments),
  meanOfTotal(moments),
  deviationOf(moments, 0),
  deviationOf(moments, 1),
]

test('sum and mean are those of exact arithmetic, rounded once', () => {
  fc.assert(
    fc.property(values, (all) => {
      const { sum, count } = exactly(all)
      const moments = momentsOf(all)
      expect(sumOfTotal(moments) + 0).toBe(nearest(sum, ONE / ONE) + 0)
      expect(meanOfTotal(moments) + 0).toBe(count === 0n ? Number.NaN : nearest(sum, count) + 0)
    }),
    { numRuns: 1500 },
  )
})

test('the deviation is that of exact arithmetic, to its last bit but one', () => {
  fc.assert(
    fc.property(values, (all) => {
      const { spread, count } = exactly(all)
      for (const ddof of [0, 1] as const) {
        const deviation = deviationOf(momentsOf(all), ddof)
        if (count <= ddof) {
          expect(deviation).toBe(Number.NaN)
          continue
        }
        // sqrt(spread / divisor) in places of 1200 bits more
        const square = (spread << 2400n) / (count * (count - BigInt(ddof)))
        const root = rootOf(square)
        const wanted = nearest(root, 1n << 1200n)
        const step = Math.max(TINY, wanted * 2 ** -52)
        // beyond all doubles both are infinite
        expect(deviation === wanted || Math.abs(deviation - wanted) <= step).toBe(true)
      }
    }),
    { numRuns: 500, examples: [[[MAX, -MAX]]] },
  )
})

/** The whole part of a square root: Newton's method. */
function rootOf(square: bigint): bigint {
  if (square === 0n) return 0n
  let root = 1n << BigInt(Math.ceil(square.toString(2).length / 2))
  for (;;) {
    const next = (root + square / root) / 2n
    if (next >= root) return root
    root = next
  }
}

test('any order, any parts, merged in any order: the same bits', () => {
  fc.assert(
    fc.property(values, fc.integer(), (all, seed) => {
      expect(figuresOf(mergedMoments(all, new Random(seed)))).toEqual(figuresOf(momentsOf(all)))
    }),
    { numRuns: 1000 },
  )
})

test('many values of ordinary data: the same bits in any order', () => {
  for (let seed = 1; seed <= 6; seed++) {
    const random = new Random(seed)
    const all = Array.from({ length: 20_000 }, () => (random.next() - 0.3) * 10 ** (random.next() * seed * 2))
    const { sum, count } = exactly(all)
    const figures = figuresOf(momentsOf(all))
    expect(figures.slice(0, 2)).toEqual([nearest(sum, 1n), nearest(sum, count)])
    expect(figuresOf(mergedMoments(all, random))).toEqual(figures)
    expect(figuresOf(momentsOf(all.toReversed()))).toEqual(figures)
  }
})

test('three parts that end near half of a step are rounded once', () => {
  const part = fc.tuple(
    fc.constantFrom(1, -1, 3, -3, 1 + 2 ** -52, 1 - 2 ** -53),
    fc.integer({ min: -170, max: 60 }),
  )
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const all = parts.map(([factor, exponent]) => factor * 2 ** exponent)
      const sum = all.map(fractionOf).reduce((a, b) => a + b, 0n)
      expect(rounded(all) + 0).toBe(nearest(sum, 1n) + 0)
    }),
    { numRuns: 3000 },
  )
})

const rounded = (all: readonly number[]): number => {
  const sum = noSum()
  for (const value of all) addExact(sum, value)
  return roundedSum(sum)
}

test('infinities, NaN, zeros, overflow on the way, denormals', () => {
  const { POSITIVE_INFINITY: inf, NaN: nan } = Number
  expect([
    rounded([1e308, 1e308, -1e308]),
    rounded([1e308, 1e308]),
    rounded([MAX, 2 ** 969]),
    rounded([MAX, 2 ** 970]),
    rounded([MAX, 2 ** 970, -TINY]),
    rounded([1, inf, 2]),
    rounded([inf, -inf]),
    rounded([-inf, 1e308, 1e308]),
    rounded([1, nan, 2]),
    rounded([-0, -0]),
    rounded([-0, 0]),
    rounded([1, -1]),
    rounded([TINY, TINY]),
    rounded([1, TINY, -1]),
    rounded([1e100, 1, -1e100]),
  ]).toEqual([1e308, inf, MAX, inf, MAX, inf, nan, -inf, nan, -0, 0, 0, 2 * TINY, TINY, 1])
  const mean = (...all: number[]) => meanOfTotal(momentsOf(all))
  expect([mean(MAX, MAX), mean(1e308, 1e308, -1e308), mean(1, inf, 2), mean(TINY, 0)]).toEqual([
    MAX,
    1e308 / 3,
    inf,
    0,
  ])
  const deviation = (...all: number[]) => deviationOf(momentsOf(all), 0)
  expect([
    deviation(1e300, 3e300),
    deviation(MAX, -MAX),
    deviation(TINY, 3 * TINY),
    deviation(1, inf),
  ]).toEqual([1e300, MAX, TINY, nan])
})

test('merging leaves the other sum as it is, and adding the negative takes out again', () => {
  const other: ExactSum = noSum()
  for (const value of [1e308, 1e308, 0.1, 1e-300]) addExact(other, value)
  const before = structuredClone(other)
  const sum = noSum()
  addExact(sum, 7)
  addSum(sum, other)
  for (const value of [0.1, 1e308, 1e-300, 1e308]) addExact(sum, -value)
  expect(other).toEqual(before)
  expect(roundedSum(sum)).toBe(7)
})
