/** `minOf`: the smallest value. */

import { ownAggregate } from './checked-aggregate.ts'
import type { Aggregate } from './contract.ts'
import { type NumberOf, numberOf } from './number-of.ts'

/**
 * The smallest `f(item)`; `Infinity` for no items, as `Math.min()` gives.
 *
 * An aggregate for windows, keyed terms and `aggregate()`. Its state is one number.
 *
 * @throws {InvalidOptionError} if `f` is no function, or is declared async; the run fails with a `BadInputError` if it
 * gives no number.
 *
 * @example
 * ```ts
 * import { aggregate, fromIterable, minOf, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([3, 1, 2]).pipe(aggregate(minOf((n) => n))))) // [ 1 ]
 * ```
 */
export function minOf<In>(f: NumberOf<In>): Aggregate<In, number, number> {
  const read = numberOf('minOf', f)
  return ownAggregate({
    mergesExactly: true,
    init: () => Number.POSITIVE_INFINITY,
    add: (least, item) => Math.min(least, read(item)),
    merge: Math.min,
    result: (least) => least,
  })
}
