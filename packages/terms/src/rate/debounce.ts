/** `debounce`, `audit` and `sample`: the newest item, now and then. */

import type { StreamTerm } from '@millrace/core'
import { checkMs } from '../check.ts'
import { type LatestItem, LatestItemTerm } from './latest-item.ts'

/**
 * Gives an item once none has followed it for `ms`: the last of each burst. rxjs's `debounceTime`.
 *
 * Times are on the run's clock, counted from when an item reaches the term. The last item leaves at the end. Items left
 * out count as filtered. Stateful: one item. An item that waits for room holds its inputs back; those are then older
 * than the bursts they make, so give the term room behind it. Keeps the order.
 *
 * @throws {InvalidOptionError} if `ms` is no finite number above 0.
 *
 * @example
 * ```ts
 * import { debounce, fromIterable, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable(['m', 'mi', 'mill']).pipe(debounce(20)))) // [ 'mill' ]
 * ```
 */
export function debounce<Item>(ms: number): StreamTerm<Item, Item, LatestItem<Item>> {
  checkMs('ms of debounce()', ms)
  return new LatestItemTerm('debounce', (now) => now + ms)
}

/**
 * Gives the newest item `ms` after the first that came since it last gave one. rxjs's `auditTime`; like a throttle that
 * takes the last item of each time in place of the first.
 *
 * Unlike with {@link debounce}, an item leaves also while others keep coming. Times are on the run's clock, counted from
 * when an item reaches the term. The last item leaves at the end. Items left out count as filtered. Stateful: one item.
 * An item that waits for room holds its inputs back. Keeps the order.
 *
 * @throws {InvalidOptionError} if `ms` is no finite number above 0.
 *
 * @example
 * ```ts
 * import { audit, fromIterable, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([1, 2, 3]).pipe(audit(20)))) // [ 3 ]
 * ```
 */
export function audit<Item>(ms: number): StreamTerm<Item, Item, LatestItem<Item>> {
  checkMs('ms of audit()', ms)
  return new LatestItemTerm('audit', (now, before) => (before.held.length > 0 ? before.dueAt : now + ms))
}

/**
 * Gives the newest item every `ms`, if there is a new one. rxjs's `sampleTime`.
 *
 * The times are `ms`, `2 * ms` and so on after the run's begin, on its clock; between items no timer runs. The last item
 * leaves at the end (rxjs drops it). Items left out count as filtered. Stateful: one item. An item that waits for room
 * holds its inputs back. Keeps the order.
 *
 * @throws {InvalidOptionError} if `ms` is no finite number above 0.
 *
 * @example
 * ```ts
 * import { fromIterable, sample, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([1, 2, 3]).pipe(sample(20)))) // [ 3 ]
 * ```
 */
export function sample<Item>(ms: number): StreamTerm<Item, Item, LatestItem<Item>> {
  checkMs('ms of sample()', ms)
  return new LatestItemTerm('sample', (now, before, startedAt) => {
    if (before.held.length > 0) return before.dueAt
    return startedAt + (Math.floor((now - startedAt) / ms) + 1) * ms
  })
}
