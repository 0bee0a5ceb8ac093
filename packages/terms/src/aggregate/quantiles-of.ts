/** `quantilesOf`: medians and percentiles, in a few kilobytes. */

import { InvalidOptionError } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { ownAggregate } from './checked-aggregate.ts'
import type { Aggregate } from './contract.ts'
import { type NumberOf, numberOf } from './number-of.ts'

/** Options of {@link quantilesOf}. */
export interface QuantilesOptions {
  /** How far a quantile may be off, relative to its value. Default 0.01: 1 %. */
  readonly relativeError?: number
  /** Buckets at most, from 16 on; when there are more, buckets are joined two by two. Default 2,048. */
  readonly maxBuckets?: number
}

/** Counts of values in buckets whose width grows with the value. */
export interface QuantileState {
  /** Values that are 0. */
  zeros: number
  /** Values at all. */
  count: number
  min: number
  max: number
  /** How often all buckets were joined two by two. */
  joins: number
  /** Counts by bucket, of positive values and of negative ones by their distance from 0. */
  positive: Map<number, number>
  negative: Map<number, number>
}

/**
 * Estimates quantiles of `f(item)`: `quantilesOf(f, [0.5, 0.99])` gives the median and the 99th percentile, in the order
 * asked for; `NaN` each for no items. 0 is the minimum and 1 the maximum, both exact.
 *
 * DDSketch: C. Masson, J. Rim, H. Lee, VLDB 2019. A quantile is off by at most `relativeError` of its value, for any
 * input and order, unlike with a t-digest (below 1e-300 also by half of the smallest number, 5e-324); merging loses nothing, so windows and workers give the same answer. If the
 * values span so much that there are more than `maxBuckets` (2,048 at 1 % span 17 powers of ten), buckets are joined
 * two by two, which doubles the error: I. Epicoco et al., "UDDSketch", IEEE Access 2020. Its state is the buckets.
 *
 * @throws {InvalidOptionError} if `f` is no function or is declared async, or a quantile or an option is out of range;
 * the run fails with a `BadInputError` if `f` gives no number.
 *
 * @example
 * ```ts
 * import { aggregate, fromIterable, quantilesOf, toArray } from 'millrace/terms'
 *
 * const latencies = fromIterable(Array.from({ length: 1001 }, (_, ms) => ms))
 * const [[median = 0, p99 = 0, worst] = []] = await toArray(
 *   latencies.pipe(aggregate(quantilesOf((ms) => ms, [0.5, 0.99, 1]))),
 * )
 * console.log(Math.abs(median - 500) <= 5, Math.abs(p99 - 990) <= 9.9, worst) // true true 1000
 * ```
 */
export function quantilesOf<In>(
  f: NumberOf<In>,
  quantiles: readonly number[],
  options: QuantilesOptions = {},
): Aggregate<In, number[], QuantileState> {
  checkOptions('quantilesOf', options, { relativeError: true, maxBuckets: true })
  const { relativeError = 0.01, maxBuckets = 2048 } = options
  const read = numberOf('quantilesOf', f)
  if (!(Array.isArray(quantiles) && quantiles.every((q) => typeof q === 'number' && q >= 0 && q <= 1))) {
    throw new InvalidOptionError('The quantiles of quantilesOf()', quantiles, 'numbers from 0 to 1')
  }
  if (!(typeof relativeError === 'number' && relativeError >= 1e-5 && relativeError < 1)) {
    throw new InvalidOptionError(
      'relativeError of quantilesOf()',
      relativeError,
      'at least 0.00001 and below 1',
    )
  }
  checkWhole('maxBuckets of quantilesOf()', maxBuckets, 16)
  const base = Math.log((1 + relativeError) / (1 - relativeError))

  const shrink = (state: QuantileState): QuantileState => {
    while (state.positive.size + state.negative.size > maxBuckets) joinBuckets(state)
    return state
  }
  return ownAggregate({
    mergesExactly: true,
    init: () => ({
      zeros: 0,
      count: 0,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
      joins: 0,
      positive: new Map(),
      negative: new Map(),
    }),
    add: (state, item) => {
      const value = read(item)
      state.count++
      state.min = Math.min(state.min, value)
      state.max = Math.max(state.max, value)
      const size = Math.abs(value)
      if (size === 0) state.zeros++
      else {
        const bucket = joined(Math.ceil(Math.log(size) / base), state.joins)
        addTo(value > 0 ? state.positive : state.negative, bucket, 1)
      }
      return shrink(state)
    },
    merge: (into, other) => {
      while (into.joins < other.joins) joinBuckets(into)
      for (const sign of ['positive', 'negative'] as const) {
        for (const [bucket, count] of other[sign]) {
          addTo(into[sign], joined(bucket, into.joins - other.joins), count)
        }
      }
      into.zeros += other.zeros
      into.count += other.count
      into.min = Math.min(into.min, other.min)
      into.max = Math.max(into.max, other.max)
      return shrink(into)
    },
    result: (state) => quantilesIn(state, quantiles, base),
  })
}

function addTo(buckets: Map<number, number>, bucket: number, count: number): void {
  buckets.set(bucket, (buckets.get(bucket) ?? 0) + count)
}

/** The bucket that holds `bucket` after so many joins. */
function joined(bucket: number, joins: number): number {
  return joins === 0 ? bucket : Math.ceil(bucket / 2 ** joins)
}

function joinBuckets(state: QuantileState): void {
  state.joins++
  for (const sign of ['positive', 'negative'] as const) {
    const wider = new Map<number, number>()
    for (const [bucket, count] of state[sign]) addTo(wider, joined(bucket, 1), count)
    state[sign] = wider
  }
}

/** Walks the buckets from the least value to the greatest, for each quantile. */
function quantilesIn(state: QuantileState, quantiles: readonly number[], base: number): number[] {
  const { count, zeros, min, max, joins, positive, negative } = state
  if (count === 0) return quantiles.map(() => Number.NaN)
  const width = base * 2 ** joins
  // of the bucket from e^(width * (bucket - 1)) to e^(width * bucket): off by the same factor at both ends. Its logarithm,
  // since the ends may be beyond all numbers, and the root of it, since e^y loses digits where it has few
  const shift = Math.LN2 - Math.log1p(Math.exp(-width)) - width
  const middle = (bucket: number): number => {
    const root = Math.exp((width * bucket + shift) / 2)
    return bucket === Number.POSITIVE_INFINITY ? root : Math.min(Number.MAX_VALUE, root * root)
  }
  const below = Float64Array.from(negative.keys()).sort().reverse()
  const above = Float64Array.from(positive.keys()).sort()
  const valueAt = (rank: number): number => {
    let left = rank
    for (const bucket of below) {
      left -= negative.get(bucket) as number
      if (left < 0) return -middle(bucket)
    }
    left -= zeros
    if (left < 0) return 0
    for (const bucket of above) {
      left -= positive.get(bucket) as number
      if (left < 0) return middle(bucket)
    }
    return max
  }
  return quantiles.map((quantile) => {
    if (quantile === 0) return min
    if (quantile === 1) return max
    return Math.min(max, Math.max(min, valueAt(Math.floor(quantile * (count - 1)))))
  })
}
