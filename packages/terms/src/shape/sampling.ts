/** `everyNth` and `sampleRandom`: a part of the items. */

import { type Context, InvalidOptionError, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'

/**
 * Passes the first of each `n` items: the ones at 0, `n`, `2n` and so on.
 *
 * Stateful: one number. Holds nothing back, keeps the order.
 *
 * @throws {InvalidOptionError} if `n` is no whole number from 1 on.
 *
 * @example
 * ```ts
 * import { everyNth, fromIterable, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([0, 1, 2, 3, 4, 5, 6]).pipe(everyNth(3)))) // [ 0, 3, 6 ]
 * ```
 */
export function everyNth<Item>(n: number): KernelTerm<Item, Item, number> {
  checkWhole('n of everyNth()', n, 1)
  const f = (item: Item, ctx: Context<number, Item>): Item | undefined => {
    const at = ctx.state
    ctx.state = at + 1 === n ? 0 : at + 1
    return at === 0 ? item : undefined
  }
  return kernelTerm<Item, Item, number>('everyNth', { kind: 'apply', self: {}, f }, { initialState: () => 0 })
}

/** Options of {@link sampleRandom}. */
export interface SampleRandomOptions {
  /** Where chance begins: the same seed chooses the same items. A whole number; default 1. */
  readonly seed?: number
}

/**
 * Passes each item with the probability `share`, chosen by a seed: a Bernoulli sample.
 *
 * The choice depends on the seed and on how many items came before, so every run chooses the same ones. For a sample of
 * a fixed size, see reservoir sampling. Stateful: one number, the generator's. Holds nothing back, keeps the order.
 *
 * mulberry32 by Tommy Ettinger (public domain).
 *
 * @throws {InvalidOptionError} if `share` is not from 0 to 1, or `seed` no whole number.
 *
 * @example
 * ```ts
 * import { fromIterable, sampleRandom, toArray } from 'millrace/terms'
 *
 * const numbers = Array.from({ length: 1000 }, (_, i) => i)
 * const tenth = await toArray(fromIterable(numbers).pipe(sampleRandom(0.1, { seed: 7 })))
 * console.log(tenth.length > 60 && tenth.length < 140) // true
 * ```
 */
export function sampleRandom<Item>(
  share: number,
  options: SampleRandomOptions = {},
): KernelTerm<Item, Item, number> {
  checkOptions('sampleRandom', options, { seed: true })
  const { seed = 1 } = options
  if (!(typeof share === 'number' && share >= 0 && share <= 1)) {
    throw new InvalidOptionError('share of sampleRandom()', share, 'a number from 0 to 1')
  }
  if (!Number.isSafeInteger(seed)) {
    throw new InvalidOptionError('seed of sampleRandom()', seed, 'a whole number')
  }
  const f = (item: Item, ctx: Context<number, Item>): Item | undefined => {
    ctx.state = (ctx.state + 0x6d2b79f5) | 0
    return mix(ctx.state) < share ? item : undefined
  }
  const hooks = { initialState: () => seed | 0 }
  return kernelTerm<Item, Item, number>('sampleRandom', { kind: 'apply', self: {}, f }, hooks)
}

/** mulberry32's output function: a number from 0 up to, not including, 1. */
function mix(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 15), state | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
}
