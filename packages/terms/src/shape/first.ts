/** `first`, `last` and `elementAt`: one item of a stream. */

import { checkSyncFunction, compose, type Term } from '@millrace/core'
import { checkWhole } from '../check.ts'
import { filter } from '../function/filter.ts'
import { take } from '../function/take.ts'
import { skip } from './skip.ts'
import { takeLast } from './take-last.ts'

/**
 * Passes the first item, or the first for which `f` is true, then ends its stream and lets its writers stop.
 *
 * A stream without such an item gives none; rxjs's `first` fails there, rxjs's `find` gives `undefined`. Put
 * {@link defaultIfEmpty} behind it for a value instead. `f` is synchronous. Holds nothing back.
 *
 * @throws {InvalidOptionError} if `f` is no function or is declared async.
 *
 * @example
 * ```ts
 * import { first, fromIterable, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([1, 2, 3, 4]).pipe(first((n) => n % 2 === 0)))) // [ 2 ]
 * ```
 */
export function first<Item>(f?: (item: Item) => boolean): Term<Item, Item> {
  if (f === undefined) return take<Item>(1).named('first')
  checkSyncFunction('first', f)
  return compose('sequential', [filter(f), take<Item>(1).named('first')])
}

/**
 * Gives the last item, or the last for which `f` is true, once the stream has ended; none if there is none.
 *
 * rxjs's `last`, which fails where there is none. `f` is synchronous. Stateful: one item. Holds nothing back.
 *
 * @throws {InvalidOptionError} if `f` is no function or is declared async.
 *
 * @example
 * ```ts
 * import { fromIterable, last, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([1, 2, 3, 4]).pipe(last((n) => n < 3)))) // [ 2 ]
 * ```
 */
export function last<Item>(f?: (item: Item) => boolean): Term<Item, Item> {
  if (f === undefined) return takeLast<Item>(1).named('last')
  checkSyncFunction('last', f)
  return compose('sequential', [filter(f), takeLast<Item>(1).named('last')])
}

/**
 * Passes the item at `index`, from 0, then ends its stream and lets its writers stop. rxjs's `elementAt`, which fails
 * where the stream is shorter: here nothing comes out.
 *
 * Stateful: one number. Holds nothing back.
 *
 * @throws {InvalidOptionError} if `index` is no whole number from 0 on.
 *
 * @example
 * ```ts
 * import { elementAt, fromIterable, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable(['a', 'b', 'c']).pipe(elementAt(1)))) // [ 'b' ]
 * ```
 */
export function elementAt<Item>(index: number): Term<Item, Item> {
  checkWhole('index of elementAt()', index, 0)
  return compose('sequential', [skip<Item>(index), take<Item>(1).named('elementAt')])
}
