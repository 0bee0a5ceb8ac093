/** `collectOf`: the items themselves. */

import { BadInputError } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { ownAggregate } from './checked-aggregate.ts'
import type { Aggregate } from './contract.ts'

/** Options of {@link collectOf}. */
export interface CollectOptions {
  /** Items held at most; one more is an error. Default 10,000. */
  readonly maxItems?: number
}

/**
 * The items in the order in which they came, up to `maxItems` of them.
 *
 * What windows give if they are told no aggregate, as rxjs's `bufferTime` and Pekko's `groupedWithin` do. Its state
 * is the array of items.
 *
 * @throws {InvalidOptionError} if `maxItems` is no whole number from 1 on; the run fails with a `BadInputError` if
 * there are more items.
 *
 * @example
 * ```ts
 * import { collectOf, countWindow, fromIterable, map, toArray } from 'millrace/terms'
 *
 * const pairs = countWindow({ size: 2, aggregate: collectOf<number>({ maxItems: 2 }) })
 * console.log(await toArray(fromIterable([1, 2, 3]).pipe(pairs, map(({ value }) => value)))) // [ [ 1, 2 ], [ 3 ] ]
 * ```
 */
export function collectOf<In>(options: CollectOptions = {}): Aggregate<In, In[], In[]> {
  checkOptions('collectOf', options, { maxItems: true })
  const { maxItems = 10_000 } = options
  checkWhole('maxItems of collectOf()', maxItems, 1)
  const checkRoom = (items: number): void => {
    if (items <= maxItems) return
    throw new BadInputError(
      `collectOf() holds ${maxItems} items already. Raise maxItems, take smaller windows, or use an aggregate that ` +
        'keeps no items, such as countOf() or quantilesOf().',
    )
  }
  return ownAggregate({
    mergesExactly: true,
    init: () => [],
    add: (items, item) => {
      checkRoom(items.length + 1)
      items.push(item)
      return items
    },
    merge: (into, other) => {
      checkRoom(into.length + other.length)
      for (const item of other) into.push(item)
      return into
    },
    result: (items) => items.slice(),
  })
}
