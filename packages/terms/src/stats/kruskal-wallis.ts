/** `kruskalWallis`: do several groups of values come from one distribution? */

import { BadInputError, type Context, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { addExact, noSum, roundedSum } from '../exact/exact-sum.ts'
import { recordOf } from '../record/record-of.ts'
import { checkKeys, columnsOf } from './columns.ts'
import { addGroup, addSample, noRanks, type RankSums } from './rank-sums.ts'
import { chiSquareTail } from './tails.ts'

/** Groups at most: each sample looks at every group. */
const MAX_GROUPS = 1024

/** Options of {@link kruskalWallis}. */
export interface KruskalWallisOptions {
  /** The keys that are groups; those that a record does not have are passed over. Default: all of its keys. */
  readonly keys?: readonly string[]
  /** Samples kept at most, in all groups together. Default 100,000. One more is an error. */
  readonly maxSamples?: number
}

/** The figures of {@link kruskalWallis} so far. `h` and `p` are `null` until there are two groups and two samples. */
export interface KruskalWallisResult {
  /** Samples so far, in all groups. */
  readonly count: number
  /** The statistic, corrected for ties; `NaN` where all samples are the same. */
  readonly h: number | null
  /** Probability of a statistic at least as large, if all groups come from one distribution. */
  readonly p: number | null
}

/**
 * The test of W. H. Kruskal and W. A. Wallis (1952) of the hypothesis that all groups come from one distribution,
 * after each item. An item is a record of group to sample, complete or not: `{ a: 1.5, b: 2 }`, then `{ b: 3 }`.
 *
 * LogicSponge's KruskalWallis; the figures are those of `scipy.stats.kruskal`, with the chi-square approximation,
 * which wants some five samples in each group. Ranks need all samples, so these are the state, up to `maxSamples`; an
 * item moves the sums of ranks on and ranks nothing anew. Up to 1,024 groups. Keeps the order, holds nothing back.
 *
 * @throws {InvalidOptionError} if `keys` is no list of names or `maxSamples` no whole number from 2 on. An item that is
 * no record, a value that is no number or is `NaN`, and too many samples or groups fail the run with a
 * `BadInputError`.
 *
 * @example
 * ```ts
 * import { fromIterable, kruskalWallis, toArray } from 'millrace/terms'
 *
 * const items = fromIterable([{ a: 1, b: 2 }, { a: 3, b: 4 }, { a: 5, b: 9 }])
 * const results = await toArray(items.pipe(kruskalWallis()))
 * const { count, h, p } = results.at(-1) ?? {}
 * console.log(count, h?.toFixed(4), p?.toFixed(4)) // 6 0.4286 0.5127
 * ```
 */
export function kruskalWallis<Item extends object>(
  options: KruskalWallisOptions = {},
): KernelTerm<Item, KruskalWallisResult, RankSums> {
  checkOptions('kruskalWallis', options, { keys: true, maxSamples: true })
  const { keys, maxSamples = 100_000 } = options
  checkKeys('kruskalWallis', keys)
  checkWhole('maxSamples of kruskalWallis()', maxSamples, 2)
  const f = (item: Item, ctx: Context<RankSums>): KruskalWallisResult => {
    const ranks = ctx.state
    const record = recordOf('kruskalWallis', item)
    const present = keys?.filter((key) => Object.hasOwn(record, key))
    for (const [name, value] of columnsOf('kruskalWallis', record, present)) {
      if (Number.isNaN(value)) {
        throw new BadInputError(`kruskalWallis() cannot rank NaN, the value at ${JSON.stringify(name)}.`)
      }
      if (ranks.count >= maxSamples) throw full('samples', maxSamples, 'raise maxSamples')
      let group = ranks.groups.get(name)
      if (group === undefined) {
        if (ranks.groups.size >= MAX_GROUPS) throw full('groups', MAX_GROUPS, 'name the groups with keys')
        group = addGroup(ranks, name)
      }
      addSample(ranks, group, value)
    }
    return resultOf(ranks)
  }
  return kernelTerm<Item, KruskalWallisResult, RankSums>(
    'kruskalWallis',
    { kind: 'apply', self: {}, f },
    { initialState: noRanks },
  )
}

function resultOf({ groups, count, ties }: RankSums): KruskalWallisResult {
  if (groups.size < 2) return { count, h: null, p: null }
  // around the mean rank, so that large sums are not subtracted from one another
  const middle = (count + 1) / 2
  // rounded once, so that the order of the groups makes no difference
  const spread = noSum()
  for (const { sorted, rankSum } of groups.values()) {
    addExact(spread, sorted.length * (rankSum / sorted.length - middle) ** 2)
  }
  const h =
    ((12 / (count * (count + 1))) * roundedSum(spread)) / (1 - roundedSum(ties) / (count ** 3 - count))
  return { count, h, p: chiSquareTail(h, groups.size - 1) }
}

function full(what: string, most: number, remedy: string): BadInputError {
  return new BadInputError(
    `kruskalWallis() holds ${most} ${what}, and here is another. Test a part of the stream, with take() or in ` +
      `windows, or ${remedy}.`,
  )
}
