/** `std`: running standard deviations, or the deviation within each item. */

import { InvalidOptionError, type KernelTerm } from '@millrace/core'
import { checkOptions } from '../check.ts'
import { addMoment, deviationOf, noMoments } from '../exact/moments.ts'
import type { NumbersOf } from './columns.ts'
import { statistic } from './over-keys.ts'
import type { OverKeysOptions, OverTimeOptions } from './over-time.ts'

/** What the squared distances are divided by. */
export interface DdofOption {
  /**
   * Delta degrees of freedom: with `n` values, squares are divided by `n - ddof`. 0 for the deviation of a whole
   * population, 1 for an estimate from a sample. Default 0.
   */
  readonly ddof?: 0 | 1
}

/**
 * The standard deviation of all items so far, after each item: of plain numbers, or of records key by key. With
 * `over: 'keys'`, that of the values of each record or list. `NaN` while there are not more than `ddof` values.
 *
 * LogicSponge's Std; `ddof` as in numpy. For deviations per window or key use the aggregate `stdOf`. Exact sums of the
 * values and of their squares are kept, so no order of the values changes the result. Over time it is stateful, these
 * sums per key, and gives for each item a record of all keys so far; across keys it keeps nothing. Keeps the order, holds nothing back.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A value that is no number, or more than `maxKeys`
 * keys, fail the run with a `BadInputError`.
 *
 * @example
 * ```ts
 * import { fromIterable, std, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([2, 4, 6]).pipe(std({ ddof: 1 })))) // [ NaN, 1.4142135623730951, 2 ]
 * console.log(await toArray(fromIterable([[1, 3], [5, 5]]).pipe(std({ over: 'keys' })))) // [ 1, 0 ]
 * ```
 */
export function std<Item extends number | object>(
  options?: OverTimeOptions & DdofOption,
): KernelTerm<Item, NumbersOf<Item, number>>
export function std<Item extends object>(options: OverKeysOptions & DdofOption): KernelTerm<Item, number>
export function std(
  options: (OverTimeOptions | OverKeysOptions) & DdofOption = {},
): KernelTerm<never, unknown> {
  checkOptions('std', options, { over: true, keys: true, maxKeys: true, ddof: true })
  const ddof = checkedDdof('std', options)
  return statistic('std', options, {
    none: noMoments,
    add: addMoment,
    result: (moments) => deviationOf(moments, ddof),
  })
}

/** @throws {InvalidOptionError} if `ddof` is neither 0 nor 1. */
export function checkedDdof(owner: string, { ddof = 0 }: DdofOption): 0 | 1 {
  if (ddof !== 0 && ddof !== 1) throw new InvalidOptionError(`ddof of ${owner}()`, ddof, '0 or 1')
  return ddof
}
