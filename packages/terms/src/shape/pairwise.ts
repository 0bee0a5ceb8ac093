/** `pairwise`: each item with the one before it. */

import { type Context, type KernelTerm, kernelTerm } from '@millrace/core'

/**
 * Gives `[before, item]` for each item but the first. rxjs's `pairwise`, Pekko's `sliding(2)`.
 *
 * Stateful: one item. Holds nothing back, keeps the order.
 *
 * @example
 * ```ts
 * import { fromIterable, map, pairwise, toArray } from 'millrace/terms'
 *
 * const steps = fromIterable([1, 4, 9]).pipe(pairwise(), map(([before, now]) => now - before))
 * console.log(await toArray(steps)) // [ 3, 5 ]
 * ```
 */
export function pairwise<Item>(): KernelTerm<Item, [Item, Item], readonly Item[]> {
  const f = (item: Item, ctx: Context<readonly Item[], [Item, Item]>): [Item, Item] | undefined => {
    const [before] = ctx.state
    ctx.state = [item]
    return before === undefined ? undefined : [before, item]
  }
  return kernelTerm<Item, [Item, Item], readonly Item[]>(
    'pairwise',
    { kind: 'apply', self: {}, f },
    { initialState: () => [] },
  )
}
