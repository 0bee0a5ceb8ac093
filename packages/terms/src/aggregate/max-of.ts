/** `maxOf`: the largest value. */

import { ownAggregate } from './checked-aggregate.ts'
import type { Aggregate } from './contract.ts'
import { type NumberOf, numberOf } from './number-of.ts'

/**
 * The largest `f(item)`; `-Infinity` for no items, as `Math.max()` gives.
 *
 * An aggregate for windows, keyed terms and `aggregate()`. Its state is one number.
 *
 * @throws {InvalidOptionError} if `f` is no function, or is declared async; the run fails with a `BadInputError` if it
 * gives no number.
 *
 * @example
 * ```ts
 * import { aggregate, fromIterable, maxOf, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([3, 1, 2]).pipe(aggregate(maxOf((n) => n))))) // [ 3 ]
 * ```
 */
export function maxOf<In>(f: NumberOf<In>): Aggregate<In, number, number> {
  const read = numberOf('maxOf', f)
  return ownAggregate({
    mergesExactly: true,
    init: () => Number.NEGATIVE_INFINITY,
    add: (most, item) => Math.max(most, read(item)),
    merge: Math.max,
    result: (most) => most,
  })
}
