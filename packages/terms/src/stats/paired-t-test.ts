/** `pairedTTest`: do two values of each item differ, on average? */

import { BadInputError, type Context, InvalidOptionError, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkOptions } from '../check.ts'
import { addMoment, type Moments, noMoments } from '../exact/moments.ts'
import { valuesOf } from './columns.ts'
import { type TTestResult, tTestOf } from './t-test.ts'

/** Options of {@link pairedTTest}. */
export interface PairedTTestOptions<Key extends string = string> {
  /** The keys of the two values. Default: the two that a record has; a list has its two values. */
  readonly keys?: readonly [first: Key, second: Key]
}

/**
 * Student's t-test of the hypothesis that two values of each item have the same mean, after each item: of the two
 * columns of a row, of two keys of a record, or of a pair. `t` and `p` are `null` until there are two items.
 *
 * LogicSponge's PairedTTest; the figures are those of `scipy.stats.ttest_rel`, first minus second, two-sided. Stateful:
 * exact sums of the differences and their squares. Who looks at `p` after each item and stops when it is small will
 * reject true hypotheses too often. Keeps the order, holds nothing back.
 *
 * @throws {InvalidOptionError} if `keys` are not two names. An item without two numbers fails the run with a
 * `BadInputError`.
 *
 * @example
 * ```ts
 * import { parallel } from 'millrace'
 * import { fromIterable, pairedTTest, toArray } from 'millrace/terms'
 *
 * const rows = parallel({ before: fromIterable([7, 9, 8]), after: fromIterable([6, 7, 7]) })
 * const results = await toArray(rows.pipe(pairedTTest()))
 * const { count, t, p } = results.at(-1) ?? {}
 * console.log(count, t?.toFixed(4), p?.toFixed(4)) // 3 4.0000 0.0572
 * ```
 */
export function pairedTTest<Item extends object>(
  options: PairedTTestOptions<keyof Item & string> = {},
): KernelTerm<Item, TTestResult, Moments> {
  checkOptions('pairedTTest', options, { keys: true })
  const { keys } = options
  if (keys !== undefined && !isPair(keys)) {
    throw new InvalidOptionError('keys of pairedTTest()', keys, 'two names')
  }
  const f = (item: Item, ctx: Context<Moments>): TTestResult => {
    const values = valuesOf('pairedTTest', item, keys)
    if (values.length !== 2) {
      throw new BadInputError(
        `pairedTTest() takes two numbers of each item, but got ${values.length}. Name two keys with keys.`,
      )
    }
    addMoment(ctx.state, (values[0] as number) - (values[1] as number))
    return tTestOf(ctx.state, 0)
  }
  return kernelTerm<Item, TTestResult, Moments>(
    'pairedTTest',
    { kind: 'apply', self: {}, f },
    { initialState: noMoments },
  )
}

function isPair(keys: unknown): boolean {
  return Array.isArray(keys) && keys.length === 2 && keys.every((key) => typeof key === 'string')
}
