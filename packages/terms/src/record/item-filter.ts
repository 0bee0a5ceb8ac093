/** `itemFilter`: `filter` under LogicSponge's name. */

import { checkSyncFunction, type KernelTerm, kernelTerm } from '@millrace/core'

/**
 * Passes the items for which `f` returns true, in order; the others are counted as filtered.
 *
 * LogicSponge's DataItemFilter, and the same as `filter` but for the name in the graph; beside `keyFilter` and
 * `keyValueFilter` it says that whole items are meant. `f` gets one argument and is synchronous. Keeps no state and
 * holds nothing back.
 *
 * @throws {InvalidOptionError} if `f` is no function, or is declared async.
 *
 * @example
 * ```ts
 * import { fromIterable, itemFilter, toArray } from 'millrace/terms'
 *
 * const adults = fromIterable([{ age: 17 }, { age: 18 }]).pipe(itemFilter(({ age }) => age >= 18))
 * console.log(await toArray(adults)) // [ { age: 18 } ]
 * ```
 */
export function itemFilter<In, Out extends In>(f: (item: In) => item is Out): KernelTerm<In, Out>
export function itemFilter<In>(f: (item: In) => boolean): KernelTerm<In, In>
export function itemFilter<In>(f: (item: In) => boolean): KernelTerm<In, In> {
  checkSyncFunction('itemFilter', f)
  return kernelTerm('itemFilter', { kind: 'filter', f })
}
