/** `rateLimit`: lets items through no faster than a rate. */

import { type Context, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkMs, checkOptions, checkWhole } from '../check.ts'

/** Options of {@link rateLimit}. */
export interface RateLimitOptions {
  /** Items in `perMs` on average. */
  readonly items: number
  /** The time that `items` refers to, in ms. Default 1,000. */
  readonly perMs?: number
  /** Items that may pass at once after a pause. Default 1: they are spread out evenly. */
  readonly burst?: number
}

/**
 * Lets items through no faster than `items` in `perMs`, and holds the others back until it is their turn: a token
 * bucket of `burst` tokens. Nothing is left out. Pekko's `throttle`; the shaping that services with a quota ask for.
 *
 * Time is the run's clock. While an item waits, its stage is parked, and with it what is before it; no item waits in the
 * term itself. Stateful: one number. Keeps the order.
 *
 * The generic cell rate algorithm in its virtual scheduling form, ITU-T I.371: a bucket without a timer to fill it.
 *
 * @throws {InvalidOptionError} if an option is out of range.
 *
 * @example
 * ```ts
 * import { fromIterable, rateLimit, toArray } from 'millrace/terms'
 *
 * const begun = Date.now()
 * await toArray(fromIterable([1, 2, 3, 4]).pipe(rateLimit({ items: 1, perMs: 10, burst: 2 })))
 * console.log(Date.now() - begun >= 18) // true
 * ```
 */
export function rateLimit<Item>(options: RateLimitOptions): KernelTerm<Item, Item, number> {
  checkOptions('rateLimit', options, { items: true, perMs: true, burst: true })
  const { items, perMs = 1000, burst = 1 } = options
  checkWhole('items of rateLimit()', items, 1)
  checkMs('perMs of rateLimit()', perMs)
  checkWhole('burst of rateLimit()', burst, 1)
  const spacing = perMs / items
  const tolerance = (burst - 1) * spacing
  const f = (item: Item, ctx: Context<number, Item>): Item | Promise<Item> => {
    const now = ctx.clock.monotonic()
    // the state is when the next item would be due, were they all spread out evenly; it can be later than that only if
    // the run was resumed after the machine, and so its clock, was started again
    const due = Math.min(Math.max(ctx.state, now), now + tolerance + spacing)
    ctx.state = due + spacing
    const wait = due - tolerance - now
    return wait <= 0 ? item : ctx.sleep(wait).then(() => item)
  }
  const hooks = { initialState: () => Number.NEGATIVE_INFINITY }
  return kernelTerm<Item, Item, number>('rateLimit', { kind: 'apply', self: {}, f }, hooks)
}
