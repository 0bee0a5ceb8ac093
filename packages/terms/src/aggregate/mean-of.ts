/** `meanOf`: the arithmetic mean. */

import { addToTotal, type ExactTotal, meanOfTotal, mergeTotals, noTotal } from '../exact/moments.ts'
import { ownAggregate } from './checked-aggregate.ts'
import type { Aggregate } from './contract.ts'
import { type NumberOf, numberOf } from './number-of.ts'

/**
 * The mean of `f(item)`; `NaN` for no items.
 *
 * It is that of exact arithmetic, rounded once, so it is the same to the last bit in whatever order the items come and
 * however parts are merged; sums that overflow do no harm. Its state is that of `sumOf`.
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
export function meanOf<In>(f: NumberOf<In>): Aggregate<In, number, ExactTotal> {
  const read = numberOf('meanOf', f)
  return ownAggregate({
    mergesExactly: true,
    init: noTotal,
    add: (total, item) => addToTotal(total, read(item)),
    merge: mergeTotals,
    result: meanOfTotal,
  })
}
