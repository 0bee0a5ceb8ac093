/** `dump`: prints items whole, one line each, with the name of the term. */

import { inspect } from 'node:util'
import { type Context, type KernelTerm, kernelTerm } from '@millrace/core'
import { printerOf, type ShowOptions, shower } from './shown.ts'

/**
 * Prints each item on one line, with this node's name before it, and passes it on unchanged: to see what goes past
 * several points of a graph.
 *
 * LogicSponge's Dump. Name the node with `named`. Every level is shown and nothing is cut; `keys` and `notKeys` choose
 * what is shown of records. Keeps no state, keeps the order, holds nothing back unless the print function returns a
 * promise.
 *
 * @throws {InvalidOptionError} if both `keys` and `notKeys` are given, or a function is none.
 *
 * @example
 * ```ts
 * import { dump, fromIterable, map, toArray } from 'millrace/terms'
 *
 * const numbers = fromIterable([2, 3]).pipe(dump<number>().named('before'), map((n) => ({ n, square: n * n })))
 * await toArray(numbers.pipe(dump().named('after')))
 * // before: 2
 * // before: 3
 * // after: { n: 2, square: 4 }
 * // after: { n: 3, square: 9 }
 * ```
 */
export function dump<Item>(options: ShowOptions = {}): KernelTerm<Item, Item> {
  const shown = shower('dump', options)
  const print = printerOf('dump', options.print)
  const f = (item: Item, ctx: Context<unknown, Item>): Item | Promise<Item> => {
    const printed = print(`${ctx.id}: ${lineOf(shown(item))}`)
    return isPromise(printed) ? Promise.resolve(printed).then(() => item) : item
  }
  // lines that workers print would change places
  return kernelTerm('dump', { kind: 'apply', self: {}, f }).local() as KernelTerm<Item, Item>
}

function lineOf(shown: unknown): string {
  return inspect(shown, {
    depth: null,
    breakLength: Number.POSITIVE_INFINITY,
    compact: true,
    maxArrayLength: null,
    maxStringLength: null,
  })
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function'
}
