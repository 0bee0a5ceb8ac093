/** `topBy`: the first few items of an order. */

import { type Combiner, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { type OrderOptions, orderOf, type Ranked, type Ranks } from './rank.ts'

/** Options of {@link topBy}. */
export interface TopByOptions extends OrderOptions {
  /** `descending` (the default): the greatest items; `ascending`: the least. */
  readonly order?: 'ascending' | 'descending'
}

/** The state of {@link topBy}. */
export interface TopByState {
  /** Items seen. */
  seen: number
  /** The best of them, the best first. */
  readonly best: Ranked[]
}

/**
 * Gives the `count` greatest items by `by(item)` when the stream has ended, the greatest first; with `order: 'ascending'`
 * the least. SQL's `ORDER BY … LIMIT`, Beam's `Top`. For how often values occur there is `topOf`.
 *
 * What `by` may give, and how it is compared, is as for `sortBy`. Of items that rank alike the earlier ones stay, in the
 * order in which they came.
 *
 * Stateful: `count` items. Every item counts as filtered, since what leaves at the end belongs to none of them. Under
 * `pool` and `work-stealing` workers find the best of their batches. A full output parks the term.
 *
 * @throws {InvalidOptionError} if `count` or an option is out of range or `by` is no function; the run fails with a
 * `BadInputError` as that of `sortBy` does.
 *
 * @example
 * ```ts
 * import { fromIterable, toArray, topBy } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([3, 9, 4, 7]).pipe(topBy(2, (n) => n)))) // [ 9, 7 ]
 * ```
 */
export function topBy<In>(
  count: number,
  by: (item: In) => Ranks,
  options: TopByOptions = {},
): KernelTerm<In, In, TopByState> {
  checkWhole('count of topBy()', count, 1)
  checkOptions('topBy', options, { order: true })
  const { rank, checkAlike, compare } = orderOf('topBy', by, options.order ?? 'descending')

  /** Finds its place by halving; what comes after the last place falls off. */
  const insert = (best: Ranked[], ranked: Ranked): void => {
    const last = best[best.length - 1]
    if (best.length === count && compare(last as Ranked, ranked) < 0) return
    let [low, high] = [0, best.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (compare(best[middle] as Ranked, ranked) < 0) low = middle + 1
      else high = middle
    }
    best.splice(low, 0, ranked)
    if (best.length > count) best.pop()
  }
  const begin = (): TopByState => ({ seen: 0, best: [] })
  const add = (state: TopByState, item: In): TopByState => {
    const ranked = rank(item, state.seen)
    checkAlike(state.best[0] ?? ranked, ranked)
    state.seen++
    insert(state.best, ranked)
    return state
  }
  const combiner: Combiner<In, TopByState, In, TopByState> = {
    begin,
    add,
    merge: ({ state }, { seen, best }) => {
      for (const ranked of best) {
        checkAlike(state.best[0] ?? ranked, ranked)
        insert(state.best, { ...ranked, seq: ranked.seq + state.seen })
      }
      state.seen += seen
    },
  }
  return kernelTerm<In, In, TopByState>(
    'topBy',
    { kind: 'fold', f: add },
    {
      initialState: begin,
      combiner: () => combiner,
      end: ({ state }) => state.best.map(({ item }) => item as In),
    },
  )
}
