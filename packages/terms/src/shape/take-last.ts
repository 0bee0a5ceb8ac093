/** `takeLast`: the last items of a stream. */

import { type Context, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkWhole } from '../check.ts'

/** The newest items, in a ring. */
export interface LastItems<Item> {
  readonly ring: Item[]
  /** Where the next item goes; once the ring is full, that is where the oldest is. */
  at: number
}

/**
 * Gives the last `count` items once the stream has ended, oldest first. rxjs's `takeLast`.
 *
 * Stateful: up to `count` items. Holds nothing back, keeps the order; items that are not among the last count as
 * filtered.
 *
 * @throws {InvalidOptionError} if `count` is no whole number from 0 on.
 *
 * @example
 * ```ts
 * import { fromIterable, takeLast, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([1, 2, 3]).pipe(takeLast(2)))) // [ 2, 3 ]
 * ```
 */
export function takeLast<Item>(count: number): KernelTerm<Item, Item, LastItems<Item>> {
  checkWhole('count of takeLast()', count, 0)
  const f = (item: Item, { state }: Context<LastItems<Item>, Item>): undefined => {
    if (count === 0) return undefined
    state.ring[state.at] = item
    state.at = (state.at + 1) % count
    return undefined
  }
  return kernelTerm<Item, Item, LastItems<Item>>(
    'takeLast',
    { kind: 'apply', self: {}, f },
    {
      initialState: () => ({ ring: [], at: 0 }),
      end: ({ state: { ring, at } }) =>
        ring.length < count ? ring : [...ring.slice(at), ...ring.slice(0, at)],
    },
  )
}
