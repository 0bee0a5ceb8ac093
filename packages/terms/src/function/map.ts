/** `map`: one item in, at most one out. */

import { type Awaitable, type KernelTerm, kernelTerm, type TermSettings, withSettings } from '@millrace/core'
import { checkFunction } from '../check.ts'

/**
 * Calls `f` with each item and passes on what it returns.
 *
 * `f` gets one argument, the item. `undefined` is no item: where `f` returns it, the input is filtered out;
 * `null` is an item. `f` may return a promise: the stage is parked, not the thread, and the next item waits.
 * Holds no item back otherwise, keeps no state, keeps the order.
 *
 * `settings` are those of {@link TermSettings}: `map(f, { name: 'roots', onFailure: { onError: 'skip' } })`.
 *
 * @throws {InvalidOptionError} if `f` is no function, or a setting is none.
 *
 * @example
 * ```ts
 * import { fromIterable, map, toArray } from 'millrace/terms'
 *
 * const roots = fromIterable([1, 4, 9]).pipe(map(Math.sqrt))
 * console.log(await toArray(roots)) // [ 1, 2, 3 ]
 * ```
 */
export function map<In, Out>(
  f: (item: In) => Awaitable<Out | undefined>,
  settings?: TermSettings<NoInfer<In>, NoInfer<Out>>,
): KernelTerm<In, Out> {
  checkFunction('map', f)
  return withSettings('map', kernelTerm<In, Out>('map', { kind: 'map', f }), settings)
}
