/** `tap`: looks at each item and passes it on. */

import { type Awaitable, type KernelTerm, kernelTerm, type TermSettings, withSettings } from '@millrace/core'
import { checkFunction } from '../check.ts'

/**
 * Calls `f` with each item, then passes the item on unchanged.
 *
 * `f` gets one argument, the item; what it returns is ignored, but a promise is awaited: the stage is parked
 * until it settles. Keeps no state, keeps the order.
 *
 * `settings` are those of {@link TermSettings}.
 *
 * @throws {InvalidOptionError} if `f` is no function, or a setting is none.
 *
 * @example
 * ```ts
 * import { fromIterable, tap, toArray } from 'millrace/terms'
 *
 * const seen: string[] = []
 * await toArray(fromIterable(['a', 'b']).pipe(tap((item) => seen.push(item))))
 * console.log(seen) // [ 'a', 'b' ]
 * ```
 */
export function tap<In>(
  f: (item: In) => Awaitable<unknown>,
  settings?: TermSettings<NoInfer<In>, NoInfer<In>>,
): KernelTerm<In, In> {
  checkFunction('tap', f)
  return withSettings('tap', kernelTerm<In, In>('tap', { kind: 'tap', f }), settings)
}
