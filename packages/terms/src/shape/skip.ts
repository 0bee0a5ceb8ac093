/** `skip` and `skipWhile`: a stream without its beginning. */

import { type Context, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkWhole, synchronous } from '../check.ts'

/**
 * Leaves out the first `count` items and passes the others. rxjs's `skip`, Pekko's `drop`.
 *
 * Stateful: one number. Holds nothing back, keeps the order.
 *
 * @throws {InvalidOptionError} if `count` is no whole number from 0 on.
 *
 * @example
 * ```ts
 * import { fromIterable, skip, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([1, 2, 3, 4]).pipe(skip(2)))) // [ 3, 4 ]
 * ```
 */
export function skip<Item>(count: number): KernelTerm<Item, Item, number> {
  checkWhole('count of skip()', count, 0)
  const f = (item: Item, ctx: Context<number, Item>): Item | undefined => {
    if (ctx.state >= count) return item
    ctx.state++
    return undefined
  }
  return kernelTerm<Item, Item, number>('skip', { kind: 'apply', self: {}, f }, { initialState: () => 0 })
}

/**
 * Leaves items out as long as `f` is true for them; passes the first for which it is not, and all that follow.
 * rxjs's `skipWhile`, Pekko's `dropWhile`.
 *
 * `f` is synchronous and is not called any more after that. Stateful: true or false. Holds nothing back, keeps the
 * order.
 *
 * @throws {InvalidOptionError} if `f` is no function or is declared async.
 *
 * @example
 * ```ts
 * import { fromIterable, skipWhile, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([1, 5, 2]).pipe(skipWhile((n) => n < 3)))) // [ 5, 2 ]
 * ```
 */
export function skipWhile<Item>(f: (item: Item) => boolean): KernelTerm<Item, Item, boolean> {
  const skips = synchronous('skipWhile', f)
  const pass = (item: Item, ctx: Context<boolean, Item>): Item | undefined => {
    if (ctx.state && skips(item)) return undefined
    ctx.state = false
    return item
  }
  const hooks = { initialState: () => true }
  return kernelTerm<Item, Item, boolean>('skipWhile', { kind: 'apply', self: {}, f: pass }, hooks)
}
