/** `stdHull`: the band of values within so many standard deviations of the mean. */

import { InvalidOptionError, type KernelTerm } from '@millrace/core'
import { checkOptions } from '../check.ts'
import { addMoment, deviationOf, type Moments, meanOfTotal, noMoments } from '../exact/moments.ts'
import type { NumbersOf } from './columns.ts'
import { statistic } from './over-keys.ts'
import type { OverKeysOptions, OverTimeOptions } from './over-time.ts'
import { checkedDdof, type DdofOption } from './std.ts'

/** A mean and the band around it. All `NaN` while there are too few values. */
export interface Hull {
  readonly mean: number
  /** `mean - factor * std`. */
  readonly lower: number
  /** `mean + factor * std`. */
  readonly upper: number
}

/** The further options of {@link stdHull}. */
export interface HullOption extends DdofOption {
  /** Standard deviations from the mean to either bound. Default 1. */
  readonly factor?: number
}

/**
 * The mean of all items so far with the bounds `factor` standard deviations below and above it, after each item: of
 * plain numbers, or of records key by key. With `over: 'keys'`, those of the values of each record or list.
 *
 * LogicSponge's StdHull; the middle and the two bands of a control chart. Exact sums are kept, so no order of the
 * values changes the result. Over time it is stateful, the sums of each key, and gives for each item a record of all
 * keys so far; across keys it keeps nothing. Keeps the order, holds nothing back.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A value that is no number, or more than `maxKeys`
 * keys, fail the run with a `BadInputError`.
 *
 * @example
 * ```ts
 * import { fromIterable, stdHull, toArray } from 'millrace/terms'
 *
 * const hulls = fromIterable([{ x: 1 }, { x: 3 }]).pipe(stdHull({ factor: 2 }))
 * console.log(await toArray(hulls))
 * // [
 * //   { x: { mean: 1, lower: 1, upper: 1 } },
 * //   { x: { mean: 2, lower: 0, upper: 4 } }
 * // ]
 * ```
 */
export function stdHull<Item extends number | object>(
  options?: OverTimeOptions & HullOption,
): KernelTerm<Item, NumbersOf<Item, Hull>>
export function stdHull<Item extends object>(options: OverKeysOptions & HullOption): KernelTerm<Item, Hull>
export function stdHull(
  options: (OverTimeOptions | OverKeysOptions) & HullOption = {},
): KernelTerm<never, unknown> {
  checkOptions('stdHull', options, { over: true, keys: true, maxKeys: true, factor: true, ddof: true })
  const { factor = 1 } = options
  const ddof = checkedDdof('stdHull', options)
  if (!(Number.isFinite(factor) && factor >= 0)) {
    throw new InvalidOptionError('factor of stdHull()', factor, 'a number, at least 0')
  }
  const result = (moments: Moments): Hull => {
    const middle = meanOfTotal(moments)
    const distance = factor * deviationOf(moments, ddof)
    return { mean: middle, lower: middle - distance, upper: middle + distance }
  }
  return statistic('stdHull', options, { none: noMoments, add: addMoment, result })
}
