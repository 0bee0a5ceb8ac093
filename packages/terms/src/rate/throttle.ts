/** `throttle`: at most one item in a time. */

import { type Context, FunctionTerm } from '@millrace/core'
import { checkMs } from '../check.ts'

/**
 * Passes an item, then leaves out those of the next `ms`. rxjs's `throttleTime` with its default, the leading item; for
 * the last item of each time, see {@link audit}. Pekko's `throttle` is another thing: see {@link rateLimit}.
 *
 * It goes by when the source emitted an item (`ctx.time`), not by when it comes here: the answer is the same however
 * large the buffers are. Items left out count as filtered. Stateful: the time of the last item passed. Holds nothing
 * back, keeps the order.
 *
 * @throws {InvalidOptionError} if `ms` is no finite number above 0.
 *
 * @example
 * ```ts
 * import { fromIterable, throttle, toArray } from 'millrace/terms'
 *
 * // all of one moment
 * console.log(await toArray(fromIterable([1, 2, 3]).pipe(throttle(1000)))) // [ 1 ]
 * ```
 */
export function throttle<Item>(ms: number): FunctionTerm<Item, Item, number> {
  checkMs('ms of throttle()', ms)
  return new Throttle(ms)
}

class Throttle<Item> extends FunctionTerm<Item, Item, number> {
  override name = 'throttle'
  override readonly usesTime = true
  readonly #ms: number

  constructor(ms: number) {
    super()
    this.#ms = ms
  }

  override initialState(): number {
    return Number.NEGATIVE_INFINITY
  }

  override f(item: Item, ctx: Context<number, Item>): Item | undefined {
    // a wall clock that was set back begins anew: nothing would pass until it is where it was
    if (Math.abs(ctx.time - ctx.state) < this.#ms) return undefined
    ctx.state = ctx.time
    return item
  }
}
