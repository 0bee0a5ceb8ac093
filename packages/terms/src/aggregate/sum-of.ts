/** `sumOf`: the sum, rounded once. */

import { addToTotal, type ExactTotal, mergeTotals, noTotal, sumOfTotal } from '../exact/moments.ts'
import { ownAggregate } from './checked-aggregate.ts'
import type { Aggregate } from './contract.ts'
import { type NumberOf, numberOf } from './number-of.ts'

/**
 * Adds up `f(item)`; 0 for no items.
 *
 * The sum is that of exact arithmetic, rounded once (J. Shewchuk 1997; R. Neal 2015), so it is the same to the last bit
 * in whatever order the items come and however parts are merged; it is infinite only if the exact sum is beyond the
 * largest number or a value is infinite. Its state is a count and the exact sum: two numbers for most data, some more
 * where values differ by more than thirty powers of ten.
 *
 * @throws {InvalidOptionError} if `f` is no function, or is declared async; the run fails with a `BadInputError` if it
 * gives no number.
 *
 * @example
 * ```ts
 * import { aggregate, fromIterable, sumOf, toArray } from 'millrace/terms'
 *
 * const sum = fromIterable([1e100, 1, -1e100]).pipe(aggregate(sumOf((n) => n)))
 * console.log(1e100 + 1 - 1e100, await toArray(sum)) // 0 [ 1 ]
 * ```
 */
export function sumOf<In>(f: NumberOf<In>): Aggregate<In, number, ExactTotal> {
  const read = numberOf('sumOf', f)
  return ownAggregate({
    mergesExactly: true,
    init: noTotal,
    add: (total, item) => addToTotal(total, read(item)),
    merge: mergeTotals,
    result: sumOfTotal,
  })
}
