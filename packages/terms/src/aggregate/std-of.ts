/** `stdOf`: the standard deviation. */

import { checkBoolean } from '../check.ts'
import type { Aggregate } from './aggregate.ts'
import { addMoment, type Moments, mergeMoments, noMoments } from './moments.ts'
import { type NumberOf, numberOf } from './number-of.ts'

/** Options of {@link stdOf}. */
export interface StdOptions {
  /** Divides by n - 1, for a sample of something larger. Default false: by n, as LogicSponge's Std does. */
  readonly sample?: boolean
}

/**
 * The standard deviation of `f(item)`; `NaN` for no items, and for a sample of one.
 *
 * Never subtracts large sums from one another (Welford 1962, merged by Chan, Golub and LeVeque 1979). Its state is
 * three numbers.
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
  const { sample = false } = options
  const read = numberOf('stdOf', f)
  checkBoolean('sample of stdOf()', sample)
  const fewer = sample ? 1 : 0
  return {
    init: noMoments,
    add: (moments, item) => addMoment(moments, read(item)),
    merge: mergeMoments,
    result: ({ count, squares }) => (count > fewer ? Math.sqrt(squares / (count - fewer)) : Number.NaN),
  }
}
