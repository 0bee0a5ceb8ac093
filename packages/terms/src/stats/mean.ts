/** `mean`: running means, or the mean of each item. */

import type { KernelTerm } from '@millrace/core'
import { addMoment, type Moments, noMoments } from '../aggregate/moments.ts'
import type { NumbersOf } from './columns.ts'
import { meanOfMoments } from './moments.ts'
import { statistic } from './over-keys.ts'
import type { Figure, OverKeysOptions, OverTimeOptions } from './over-time.ts'

const MEAN: Figure<Moments, number> = { none: noMoments, add: addMoment, result: meanOfMoments }

/**
 * The mean of all items so far, after each item: of plain numbers, or of records key by key. With `over: 'keys'`, the
 * mean of the values of each record or list; of none it is `NaN`.
 *
 * LogicSponge's Mean. For means per window or key use the aggregate `meanOf`. Over time it is stateful, three numbers
 * per key (B. P. Welford's method, 1962), and gives for each item a record of all keys so far; across keys it keeps
 * nothing. Keeps the order, holds nothing back.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A value that is no number, or more than `maxKeys`
 * keys, fail the run with a `BadInputError`.
 *
 * @example
 * ```ts
 * import { fromIterable, mean, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([2, 4, 9]).pipe(mean()))) // [ 2, 3, 5 ]
 * const records = fromIterable([{ x: 1, y: 4 }, { x: 2, y: 8 }])
 * console.log(await toArray(records.pipe(mean({ over: 'keys' })))) // [ 2.5, 5 ]
 * ```
 */
export function mean<Item extends number | object>(
  options?: OverTimeOptions,
): KernelTerm<Item, NumbersOf<Item, number>>
export function mean<Item extends object>(options: OverKeysOptions): KernelTerm<Item, number>
export function mean(options: OverTimeOptions | OverKeysOptions = {}): KernelTerm<never, unknown> {
  return statistic('mean', options, MEAN)
}
