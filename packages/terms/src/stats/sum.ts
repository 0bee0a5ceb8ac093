/** `sum`: running sums, or the sum of each item. */

import type { KernelTerm } from '@millrace/core'
import { checkOptions } from '../check.ts'
import { addToTotal, type ExactTotal, noTotal, sumOfTotal } from '../exact/moments.ts'
import type { NumbersOf } from './columns.ts'
import { statistic } from './over-keys.ts'
import type { Figure, OverKeysOptions, OverTimeOptions } from './over-time.ts'

const SUM: Figure<ExactTotal, number> = { none: noTotal, add: addToTotal, result: sumOfTotal }

/**
 * The sum of all items so far, after each item: of plain numbers, or of records key by key. With `over: 'keys'`, the
 * sum of the values of each record or list.
 *
 * LogicSponge's Sum; Flink's rolling `sum`. For one sum at the end use `reduce`, for sums per window or key the
 * aggregate `sumOf`. The sum is that of exact arithmetic, rounded once: no order of the values changes it. Over
 * time it is stateful, a count and an exact sum per key, and gives for each item a record of all keys so far; across
 * keys it keeps nothing. Keeps the order, holds nothing back.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A value that is no number, or more than `maxKeys`
 * keys, fail the run with a `BadInputError`.
 *
 * @example
 * ```ts
 * import { fromIterable, sum, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([1, 2, 3]).pipe(sum()))) // [ 1, 3, 6 ]
 * const records = fromIterable([{ x: 1, y: 10 }, { x: 2, y: 20 }])
 * console.log(await toArray(records.pipe(sum()))) // [ { x: 1, y: 10 }, { x: 3, y: 30 } ]
 * console.log(await toArray(records.pipe(sum({ over: 'keys' })))) // [ 11, 22 ]
 * ```
 */
export function sum<Item extends number | object>(
  options?: OverTimeOptions,
): KernelTerm<Item, NumbersOf<Item, number>>
export function sum<Item extends object>(options: OverKeysOptions): KernelTerm<Item, number>
export function sum(options: OverTimeOptions | OverKeysOptions = {}): KernelTerm<never, unknown> {
  checkOptions('sum', options, { over: true, keys: true, maxKeys: true })
  return statistic('sum', options, SUM)
}
