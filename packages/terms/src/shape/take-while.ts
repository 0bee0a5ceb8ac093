/** `takeWhile`: the beginning of a stream, up to an item. */

import { type StreamContext, StreamTerm, type View } from '@millrace/core'
import { checkBoolean, checkOptions, synchronous } from '../check.ts'

/** Options of {@link takeWhile}. */
export interface TakeWhileOptions {
  /** Whether the item that ends the stream is passed, too. Default false. */
  readonly inclusive?: boolean
}

/**
 * Passes items as long as `f` is true for them, then ends its stream and lets its writers stop. rxjs's and Pekko's
 * `takeWhile`.
 *
 * `f` is synchronous. An item is read only once there is room for the one before it. No state; keeps the order.
 *
 * @throws {InvalidOptionError} if `f` is no function or is declared async.
 *
 * @example
 * ```ts
 * import { fromIterable, takeWhile, toArray } from 'millrace/terms'
 *
 * const small = takeWhile((n: number) => n < 3)
 * console.log(await toArray(fromIterable([1, 2, 3, 1]).pipe(small))) // [ 1, 2 ]
 * ```
 */
export function takeWhile<Item>(
  f: (item: Item) => boolean,
  options: TakeWhileOptions = {},
): StreamTerm<Item, Item> {
  checkOptions('takeWhile', options, { inclusive: true })
  const { inclusive = false } = options
  const passes = synchronous('takeWhile', f)
  checkBoolean('inclusive of takeWhile()', inclusive)
  return new TakeWhile(passes, inclusive)
}

class TakeWhile<Item> extends StreamTerm<Item, Item> {
  override name = 'takeWhile'
  override readonly resumable = true
  readonly #f: (item: Item) => boolean
  readonly #inclusive: boolean

  constructor(f: (item: Item) => boolean, inclusive: boolean) {
    super()
    this.#f = f
    this.#inclusive = inclusive
  }

  override async run(view: View<Item>, ctx: StreamContext<unknown, Item>): Promise<void> {
    const f = this.#f
    for await (const item of view) {
      const passes = f(item)
      if (passes || this.#inclusive) await ctx.emit(item)
      if (!passes) return
    }
  }
}
