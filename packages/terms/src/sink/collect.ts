/** `collect`: gathers a stream into an array. */

import { type Context, SinkTerm } from '@millrace/core'

/**
 * Gathers all items; the result is the array of them, in order.
 *
 * Holds nothing back, and holds everything: for streams that fit into memory. Its state is the array.
 *
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { collect, fromIterable, map } from 'millrace/terms'
 *
 * const squares = collect<number>()
 * const summary = await run(fromIterable([1, 2, 3]).pipe(map((n) => n * n), squares)).done
 * console.log(summary.result(squares)) // [ 1, 4, 9 ]
 * ```
 */
export function collect<Item>(): SinkTerm<Item, Item[], Item[]> {
  return new Collect()
}

class Collect<Item> extends SinkTerm<Item, Item[], Item[]> {
  override name = 'collect'

  override initialState(): Item[] {
    return []
  }

  override write(item: Item, ctx: Context<Item[], never>): void {
    ctx.state.push(item)
  }

  override result(ctx: Context<Item[], never>): Item[] {
    return ctx.state
  }
}
