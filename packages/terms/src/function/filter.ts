/** `filter`: passes the items for which a function is true. */

import {
  checkSyncFunction,
  type KernelTerm,
  kernelTerm,
  type TermSettings,
  withSettings,
} from '@millrace/core'

/**
 * Passes the items for which `f` returns true, in order; the others are counted as filtered.
 *
 * `f` gets one argument, the item, and is synchronous. A type guard narrows the type of what passes. Keeps no
 * state and holds nothing back.
 *
 * `settings` are those of {@link TermSettings}.
 *
 * @throws {InvalidOptionError} if `f` is no function, or is declared async, or a setting is none.
 *
 * @example
 * ```ts
 * import { filter, fromIterable, toArray } from 'millrace/terms'
 *
 * const even = fromIterable([1, 2, 3, 4]).pipe(filter((n) => n % 2 === 0))
 * console.log(await toArray(even)) // [ 2, 4 ]
 * ```
 */
export function filter<In, Out extends In>(
  f: (item: In) => item is Out,
  settings?: TermSettings<NoInfer<In>, NoInfer<Out>>,
): KernelTerm<In, Out>
export function filter<In>(
  f: (item: In) => boolean,
  settings?: TermSettings<NoInfer<In>, NoInfer<In>>,
): KernelTerm<In, In>
export function filter<In>(f: (item: In) => boolean, settings?: TermSettings<In, In>): KernelTerm<In, In> {
  checkSyncFunction('filter', f)
  return withSettings('filter', kernelTerm<In, In>('filter', { kind: 'filter', f }), settings)
}
