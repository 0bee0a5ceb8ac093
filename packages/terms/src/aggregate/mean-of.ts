/** `meanOf`: the arithmetic mean. */

import type { Aggregate } from './aggregate.ts'
import { addMoment, type Moments, mergeMoments, noMoments } from './moments.ts'
import { type NumberOf, numberOf } from './number-of.ts'

/**
 * The mean of `f(item)`; `NaN` for no items.
 *
 * Brought up to date with each value (Welford 1962), so that no large sum overflows. Its state is three numbers.
 *
 * @throws {InvalidOptionError} if `f` is no function, or is declared async; the run fails with a `BadInputError` if it
 * gives no number.
 *
 * @example
 * ```ts
 * import { aggregate, fromIterable, meanOf, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([1, 2, 6]).pipe(aggregate(meanOf((n) => n))))) // [ 3 ]
 * ```
 */
export function meanOf<In>(f: NumberOf<In>): Aggregate<In, number, Moments> {
  const read = numberOf('meanOf', f)
  return {
    init: noMoments,
    add: (moments, item) => addMoment(moments, read(item)),
    merge: mergeMoments,
    result: ({ count, mean }) => (count === 0 ? Number.NaN : mean),
  }
}
