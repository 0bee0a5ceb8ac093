/** `countOf`: how many items. */

import { ownAggregate } from './checked-aggregate.ts'
import type { Aggregate } from './contract.ts'

/**
 * Counts the items; 0 for none.
 *
 * An aggregate for windows, keyed terms and `aggregate()`. Its state is one number.
 *
 * @example
 * ```ts
 * import { aggregate, countOf, fromIterable, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable(['a', 'b']).pipe(aggregate(countOf())))) // [ 2 ]
 * ```
 */
export function countOf<In>(): Aggregate<In, number, number> {
  return ownAggregate({
    mergesExactly: true,
    init: () => 0,
    add: (count) => count + 1,
    merge: (a, b) => a + b,
    result: (count) => count,
  })
}
