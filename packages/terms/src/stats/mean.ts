/** `mean`: running means, or the mean of each item. */

import type { KernelTerm } from '@millrace/core'
import { checkOptions } from '../check.ts'
import { addToTotal, type ExactTotal, meanOfTotal, noTotal } from '../exact/moments.ts'
import type { NumbersOf } from './columns.ts'
import { statistic } from './over-keys.ts'
import type { Figure, OverKeysOptions, OverTimeOptions } from './over-time.ts'

const MEAN: Figure<ExactTotal, number> = { none: noTotal, add: addToTotal, result: meanOfTotal }

/**
 * The mean of all items so far, after each item: of plain numbers, or of records key by key. With `over: 'keys'`, the
 * mean of the values of each record or list; of none it is `NaN`.
 *
 * LogicSponge's Mean. For means per window or key use the aggregate `meanOf`. The mean is that
 * of exact arithmetic, rounded once: no order of the values changes it. Over time it is stateful, a count and an exact
 * sum per key, and gives for each item a record of all keys so far; across keys it keeps nothing. Keeps the order,
 * holds nothing back.
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
  checkOptions('mean', options, { over: true, keys: true, maxKeys: true })
  return statistic('mean', options, MEAN)
}
