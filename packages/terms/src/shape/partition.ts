/** `partition`: two output ports, by a condition. */

import { KernelTerm, type Ports } from '@millrace/core'
import { synchronous } from '../check.ts'

/**
 * Sends each item to one of two ports: `matched` if `f` is true for it, `others` if not. rxjs's `partition`, Pekko's
 * `Partition`.
 *
 * Take the ports apart with `.port('matched')`, and keep the term in a variable: one object is one node. Readers of
 * both ports hold it back. Where both are joined to rows again, the first of one goes with the first of the other. No
 * state; keeps the order per port.
 *
 * @throws {InvalidOptionError} if `f` is no function or is declared async.
 *
 * @example
 * ```ts
 * import { parallel } from 'millrace'
 * import { fromIterable, map, merge, partition, toArray } from 'millrace/terms'
 *
 * const parts = fromIterable([1, 2, 3, 4]).pipe(partition((n) => n % 2 === 0))
 * const halves = parallel(
 *   parts.port('matched').pipe(map((n) => `even ${n}`)),
 *   parts.port('others').pipe(map((n) => `odd ${n}`)),
 * )
 * console.log((await toArray(halves.pipe(merge()))).sort()) // [ 'even 2', 'even 4', 'odd 1', 'odd 3' ]
 * ```
 */
export function partition<Item, Matched extends Item>(
  f: (item: Item) => item is Matched,
): KernelTerm<Item, Ports<{ matched: Matched; others: Exclude<Item, Matched> }>>
export function partition<Item>(
  f: (item: Item) => boolean,
): KernelTerm<Item, Ports<{ matched: Item; others: Item }>>
export function partition<Item>(
  f: (item: Item) => boolean,
): KernelTerm<Item, Ports<{ matched: Item; others: Item }>> {
  return new Partition(synchronous('partition', f))
}

class Partition<Item> extends KernelTerm<Item, Ports<{ matched: Item; others: Item }>> {
  override readonly outputs = ['matched', 'others']

  constructor(f: (item: Item) => boolean) {
    super('partition', { kind: 'map', f: (item: Item) => (f(item) ? { matched: item } : { others: item }) })
  }
}
