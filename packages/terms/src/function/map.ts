/** `map`: one item in, at most one out. */

import { type Awaitable, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkFunction } from '../check.ts'

/**
 * Calls `f` with each item and passes on what it returns.
 *
 * `f` gets one argument, the item. `undefined` is no item: where `f` returns it, the input is filtered out;
 * `null` is an item. `f` may return a promise: the stage is parked, not the thread, and the next item waits.
 * Holds no item back otherwise, keeps no state, keeps the order.
 *
 * @throws {InvalidOptionError} if `f` is no function.
 *
 * @example
 * ```ts
 * import { fromIterable, map, toArray } from 'millrace/terms'
 *
 * const roots = fromIterable([1, 4, 9]).pipe(map(Math.sqrt))
 * console.log(await toArray(roots)) // [ 1, 2, 3 ]
 * ```
 */
export function map<In, Out>(f: (item: In) => Awaitable<Out | undefined>): KernelTerm<In, Out> {
  checkFunction('map', f)
  return kernelTerm('map', { kind: 'map', f })
}
