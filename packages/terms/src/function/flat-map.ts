/** `flatMap`: one item in, any number of items out. */

import { type Awaitable, type KernelTerm, kernelTerm, type TermSettings, withSettings } from '@millrace/core'
import { checkFunction } from '../check.ts'

/**
 * Calls `f` with each item and passes on the items of what it returns: an array, an iterable, a promise of
 * one, or an async iterable.
 *
 * `f` gets one argument, the item; it may be a generator. An endless iterable is pulled only while there is
 * room downstream. The outputs of one item leave before those of the next. Keeps no state.
 *
 * `settings` are those of {@link TermSettings}.
 *
 * @throws {InvalidOptionError} if `f` is no function, or a setting is none.
 *
 * @example
 * ```ts
 * import { flatMap, fromIterable, toArray } from 'millrace/terms'
 *
 * const words = fromIterable(['to be', 'or not']).pipe(flatMap((line) => line.split(' ')))
 * console.log(await toArray(words)) // [ 'to', 'be', 'or', 'not' ]
 * ```
 */
export function flatMap<In, Out>(
  f: (item: In) => Awaitable<Iterable<Out>> | AsyncIterable<Out>,
  settings?: TermSettings<NoInfer<In>, NoInfer<Out>>,
): KernelTerm<In, Out> {
  checkFunction('flatMap', f)
  return withSettings('flatMap', kernelTerm<In, Out>('flatMap', { kind: 'flatMap', f }), settings)
}
