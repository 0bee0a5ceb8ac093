/** `stdOf`: the standard deviation. */

import { checkBoolean, checkOptions } from '../check.ts'
import { addMoment, deviationOf, type Moments, mergeMoments, noMoments } from '../exact/moments.ts'
import { ownAggregate } from './checked-aggregate.ts'
import type { Aggregate } from './contract.ts'
import { type NumberOf, numberOf } from './number-of.ts'

/** Options of {@link stdOf}. */
export interface StdOptions {
  /** Divides by n - 1, for a sample of something larger. Default false: by n, as LogicSponge's Std does. */
  readonly sample?: boolean
}

/**
 * The standard deviation of `f(item)`; `NaN` for no items, for a sample of one, and if a value is infinite.
 *
 * It is computed from exact sums of the values and of their squares, so it is the same to the last bit in whatever order
 * the items come and however parts are merged, and loses no digits where all values are large. Its state is a count and
 * the two sums.
 *
 * @throws {InvalidOptionError} if `f` is no function or is declared async, or `sample` is no boolean; the run fails
 * with a `BadInputError` if `f` gives no number.
 *
 * @example
 * ```ts
 * import { aggregate, fromIterable, stdOf, toArray } from 'millrace/terms'
 *
 * const heights = fromIterable([2, 4, 4, 4, 5, 5, 7, 9])
 * console.log(await toArray(heights.pipe(aggregate(stdOf((n) => n))))) // [ 2 ]
 * ```
 */
export function stdOf<In>(f: NumberOf<In>, options: StdOptions = {}): Aggregate<In, number, Moments> {
  checkOptions('stdOf', options, { sample: true })
  const { sample = false } = options
  const read = numberOf('stdOf', f)
  checkBoolean('sample of stdOf()', sample)
  const fewer = sample ? 1 : 0
  return ownAggregate({
    mergesExactly: true,
    init: noMoments,
    add: (moments, item) => addMoment(moments, read(item)),
    merge: mergeMoments,
    result: (moments) => deviationOf(moments, fewer),
  })
}
