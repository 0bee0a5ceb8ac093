/** `take`: the first items of a stream. */

import { type KernelTerm, kernelTerm } from '@millrace/core'
import { checkWhole } from '../check.ts'

/**
 * Passes the first `count` items, then ends its stream and lets its writers stop; with 0 it ends at once.
 *
 * An endless source is closed as soon as nobody needs more of it. Stateful (it counts), keeps the order,
 * holds nothing back.
 *
 * @throws {InvalidOptionError} if `count` is no whole number from 0 on.
 *
 * @example
 * ```ts
 * import { fromIterable, take, toArray } from 'millrace/terms'
 *
 * function* naturals() {
 *   for (let n = 0; ; n++) yield n
 * }
 * console.log(await toArray(fromIterable(naturals).pipe(take(3)))) // [ 0, 1, 2 ]
 * ```
 */
export function take<Item>(count: number): KernelTerm<Item, Item> {
  checkWhole('count of take()', count, 0)
  return kernelTerm('take', { kind: 'take', count })
}
