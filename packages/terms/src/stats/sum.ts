/** `sum`: running sums, or the sum of each item. */

import type { KernelTerm } from '@millrace/core'
import type { NumbersOf } from './columns.ts'
import { statistic } from './over-keys.ts'
import type { Figure, OverKeysOptions, OverTimeOptions } from './over-time.ts'

/** A sum and what rounding took from it. */
interface Compensated {
  total: number
  lost: number
}

/** A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 1974. */
const SUM: Figure<Compensated, number> = {
  none: () => ({ total: 0, lost: 0 }),
  add(sum, value) {
    const total = sum.total + value
    // once the total is infinite, the difference below would make it NaN
    if (Number.isFinite(total)) {
      sum.lost +=
        Math.abs(sum.total) >= Math.abs(value) ? sum.total - total + value : value - total + sum.total
    }
    sum.total = total
  },
  result: ({ total, lost }) => (Number.isFinite(total) ? total + lost : total),
}

/**
 * The sum of all items so far, after each item: of plain numbers, or of records key by key. With `over: 'keys'`, the
 * sum of the values of each record or list.
 *
 * LogicSponge's Sum; Flink's rolling `sum`. For one sum at the end use `reduce`, for sums per window or key the
 * aggregate `sumOf`. Over time it is stateful, two numbers per key, and gives for each item a record of all keys so
 * far; across keys it keeps nothing. Rounding errors do not add up. Keeps the order, holds nothing back.
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
  return statistic('sum', options, SUM)
}
