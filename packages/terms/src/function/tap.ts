/** `tap`: looks at each item and passes it on. */

import { type Awaitable, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkFunction } from '../check.ts'

/**
 * Calls `f` with each item, then passes the item on unchanged.
 *
 * `f` gets one argument, the item; what it returns is ignored, but a promise is awaited: the stage is parked
 * until it settles. Keeps no state, keeps the order.
 *
 * @throws {InvalidOptionError} if `f` is no function.
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
export function tap<In>(f: (item: In) => Awaitable<unknown>): KernelTerm<In, In> {
  checkFunction('tap', f)
  return kernelTerm('tap', { kind: 'tap', f })
}
