/** `oneSampleTTest`: is the mean of the samples what it is said to be? */

import { InvalidOptionError, type KernelTerm } from '@millrace/core'
import { checkOptions } from '../check.ts'
import { addMoment, type Moments, noMoments } from '../exact/moments.ts'
import type { NumbersOf } from './columns.ts'
import { type OverTimeOptions, overTime } from './over-time.ts'
import { type TTestResult, tTestOf } from './t-test.ts'

/**
 * Student's t-test of the hypothesis that the items so far come from a distribution with this `mean`, after each item:
 * of plain numbers, or of records key by key. `t` and `p` are `null` until there are two samples.
 *
 * LogicSponge's OneSampleTTest; the figures are those of `scipy.stats.ttest_1samp`, two-sided. Stateful, exact sums of
 * the values and their squares per key; for each item it gives a record of all keys so far. Who looks at `p` after
 * each item and stops when it is small will reject true hypotheses too often: fix the number of samples before. Keeps
 * the order, holds nothing back.
 *
 * @throws {InvalidOptionError} if `mean` is no finite number, or an option makes no sense. A value that is no number,
 * or more than `maxKeys` keys, fail the run with a `BadInputError`.
 *
 * @example
 * ```ts
 * import { fromIterable, oneSampleTTest, toArray } from 'millrace/terms'
 *
 * const results = await toArray(fromIterable([5.1, 4.9, 5.6]).pipe(oneSampleTTest(5)))
 * console.log(results[0]) // { count: 1, t: null, p: null }
 * console.log(results[2]?.t?.toFixed(4), results[2]?.p?.toFixed(4)) // 0.9608 0.4380
 * ```
 */
export function oneSampleTTest<Item extends number | object>(
  mean: number,
  options?: OverTimeOptions,
): KernelTerm<Item, NumbersOf<Item, TTestResult>>
export function oneSampleTTest(mean: number, options: OverTimeOptions = {}): KernelTerm<never, unknown> {
  checkOptions('oneSampleTTest', options, { over: true, keys: true, maxKeys: true })
  if (!Number.isFinite(mean)) {
    throw new InvalidOptionError('The mean of oneSampleTTest()', mean, 'a finite number')
  }
  const figure = {
    none: noMoments,
    add: addMoment,
    result: (moments: Moments) => tTestOf(moments, mean),
  }
  return overTime('oneSampleTTest', options, figure) as KernelTerm<never, unknown>
}
