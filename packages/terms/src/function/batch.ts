/** `batch`: gathers items into arrays. */

import { type Context, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkWhole } from '../check.ts'

/**
 * Gathers `size` items at a time into an array, in order; the last array holds the rest.
 *
 * Waits for the items: with a source that idles, an array that is not full waits with it. Stateful: the items
 * gathered so far. An array's first items count as filtered, since it leaves with its last.
 *
 * @throws {InvalidOptionError} if `size` is no whole number from 1 on.
 *
 * @example
 * ```ts
 * import { batch, fromIterable, toArray } from 'millrace/terms'
 *
 * const pairs = fromIterable([1, 2, 3, 4, 5]).pipe(batch(2))
 * console.log(await toArray(pairs)) // [ [ 1, 2 ], [ 3, 4 ], [ 5 ] ]
 * ```
 */
export function batch<Item>(size: number): KernelTerm<Item, Item[], Item[]> {
  checkWhole('size of batch()', size, 1)
  const gather = (item: Item, ctx: Context<Item[], Item[]>): Item[] | undefined => {
    const gathered = ctx.state
    gathered.push(item)
    if (gathered.length < size) return undefined
    ctx.state = []
    return gathered
  }
  return kernelTerm<Item, Item[], Item[]>(
    'batch',
    { kind: 'apply', self: {}, f: gather },
    { initialState: () => [], end: (ctx) => (ctx.state.length === 0 ? [] : [ctx.state]) },
  )
}
