/** `unbatch`: the items of the arrays, or other iterables, that come. */

import { type KernelTerm, kernelTerm } from '@millrace/core'

/**
 * Passes on the items of each array, or other iterable, that comes: undoes `batch` and `buffer`. Pekko's
 * `mapConcat(identity)`, rxjs's `concatAll`, often called flatten; LogicSponge's Flatten, though, flattens records.
 *
 * A text is an iterable of its characters. An endless iterable is pulled only while there is room. No state; keeps the
 * order.
 *
 * @example
 * ```ts
 * import { fromIterable, toArray, unbatch } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([[1, 2], [], [3]]).pipe(unbatch()))) // [ 1, 2, 3 ]
 * ```
 */
export function unbatch<Item>(): KernelTerm<Iterable<Item>, Item> {
  return kernelTerm<Iterable<Item>, Item>('unbatch', { kind: 'flatMap', f: (items: Iterable<Item>) => items })
}
