/** `dump`: prints items whole, one line each, with the name of the term. */

import { inspect } from 'node:util'
import { type Context, type KernelTerm, kernelTerm } from '@millrace/core'
import { promiseOf } from '@millrace/core/engine'
import { checkOptions } from '../check.ts'
import { printerOf, type ShowOptions, shower } from './shown.ts'

/**
 * Prints each item on one line, with this node's name before it, and passes it on unchanged: to see what goes past
 * several points of a graph.
 *
 * LogicSponge's Dump. Name the node with `named`. Every level is shown and nothing is cut; `keys` and `notKeys` choose
 * what is shown of records.
 *
 * While standard output is full, the terms before it are held back, and the run is done only when all is delivered; of a
 * print function of your own the promise is awaited. Stays on the caller's thread under every scheduler. Keeps no state,
 * keeps the order.
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
  checkOptions('dump', options, { print: true, keys: true, notKeys: true, dateToString: true })
  const shown = shower('dump', options)
  const { print, hooks } = printerOf('dump', options.print)
  const f = (item: Item, ctx: Context<unknown, Item>): Item | Promise<Item> => {
    const printed = promiseOf(print(`${ctx.id}: ${lineOf(shown(item))}`))
    return printed === undefined ? item : printed.then(() => item)
  }
  return kernelTerm<Item, Item>('dump', { kind: 'apply', self: {}, f }, hooks).local() as KernelTerm<
    Item,
    Item
  >
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
