/** `sortBy`: all items of a stream that ends, in order. */

import { type KernelTerm, kernelTerm } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { fullError } from '../event-time/options.ts'
import { type OrderOptions, orderOf, type Ranked, type Ranks } from './rank.ts'

/** Options of {@link sortBy}. */
export interface SortByOptions extends OrderOptions {
  /** `ascending` (the default): the least first; `descending`: the greatest first. */
  readonly order?: 'ascending' | 'descending'
  /** Items held at most; one more is an error. Default 1,000,000. */
  readonly maxItems?: number
}

/**
 * Holds all items until the stream has ended, then gives them in the order of `by(item)`. SQL's `ORDER BY`. For a stream
 * that is nearly in the order of its times there is `sortByTime`, for the first few of an order `topBy`.
 *
 * `by` gives a number, bigint, string, boolean or date, or a list of them, of which the first that differs decides. All
 * items must give values of one type. Strings are ordered by their UTF-16 code units, as `<` does: give
 * `name.toLowerCase()`, or the key of a collation, for the order of a language. Items that rank alike stay in the order
 * in which they came.
 *
 * Stateful: all items, `maxItems` at most. Every item counts as filtered, since what leaves at the end belongs to none of
 * them. A full output parks the term.
 *
 * @throws {InvalidOptionError} if `by` is no function or an option is out of range; the run fails with a `BadInputError`
 * if an item gives something that has no order, values are of different types, or there are more than `maxItems`.
 *
 * @example
 * ```ts
 * import { fromIterable, sortBy, toArray } from 'millrace/terms'
 *
 * const people = fromIterable([{ name: 'Eve', age: 30 }, { name: 'Ada', age: 36 }, { name: 'Bob', age: 30 }])
 * const sorted = people.pipe(sortBy(({ age, name }) => [age, name]))
 * console.log((await toArray(sorted)).map(({ name }) => name)) // [ 'Bob', 'Eve', 'Ada' ]
 * ```
 */
export function sortBy<In>(
  by: (item: In) => Ranks,
  options: SortByOptions = {},
): KernelTerm<In, In, Ranked[]> {
  checkOptions('sortBy', options, { order: true, maxItems: true })
  const { maxItems = 1_000_000 } = options
  checkWhole('maxItems of sortBy()', maxItems, 1)
  const { rank, checkAlike, compare } = orderOf('sortBy', by, options.order ?? 'ascending')
  const f = (held: Ranked[], item: In): Ranked[] => {
    if (held.length === maxItems) throw fullError('sortBy', 'maxItems', maxItems, 'items')
    const ranked = rank(item, held.length)
    checkAlike(held[0] ?? ranked, ranked)
    held.push(ranked)
    return held
  }
  return kernelTerm<In, In, Ranked[]>(
    'sortBy',
    { kind: 'fold', f },
    {
      initialState: () => [],
      end: ({ state }) => state.sort(compare).map(({ item }) => item as In),
    },
  )
}
