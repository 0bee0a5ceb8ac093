/** `delay`: items leave a while after they came. */

import { type Context, InvalidOptionError, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'

/** Options of {@link delay}. */
export interface DelayOptions {
  /**
   * Items held at most; when as many wait, the writers are held back. Default 1,024. With 1, items wait one after
   * another: LogicSponge's Delay.
   */
  readonly maxItems?: number
}

/**
 * Passes each item on `delayMs` milliseconds after it came, on the run's clock.
 *
 * rxjs' and Pekko's `delay`, with a bound: up to `maxItems` items wait at a time, each with its own timer; beyond
 * that, the writers wait. Items leave in order. Keeps no other state. At the end of the stream the last items still
 * wait; when the run is cancelled they do not.
 *
 * @throws {InvalidOptionError} if `delayMs` is no number of milliseconds, or `maxItems` no whole number from 1 on.
 *
 * @example
 * ```ts
 * import { VirtualClock } from 'millrace/testing'
 * import { delay, fromIterable, toArray } from 'millrace/terms'
 *
 * const clock = new VirtualClock()
 * const items = toArray(fromIterable(['a', 'b']).pipe(delay(1000)), { clock })
 * await clock.advance(1000)
 * console.log(await items, clock.now()) // [ 'a', 'b' ] 1000
 * ```
 */
export function delay<Item>(delayMs: number, options: DelayOptions = {}): KernelTerm<Item, Item> {
  checkOptions('delay', options, { maxItems: true })
  const { maxItems = 1024 } = options
  if (!(Number.isFinite(delayMs) && delayMs >= 0)) {
    throw new InvalidOptionError('delayMs of delay()', delayMs, 'a number of milliseconds, at least 0')
  }
  checkWhole('maxItems of delay()', maxItems, 1)
  const wait = async (item: Item, ctx: Context<unknown, Item>): Promise<Item> => {
    await ctx.sleep(delayMs)
    return item
  }
  return kernelTerm('delay', {
    kind: 'concurrent',
    self: {},
    f: wait,
    concurrency: maxItems,
    ordered: true,
  })
}
