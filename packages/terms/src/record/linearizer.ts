/** `linearizer`: `merge` under LogicSponge's name. */

import { type KernelTerm, merge, type Tagged } from '@millrace/core'
import { checkOptions } from '../check.ts'

type RowItem<Row> = Row extends readonly (infer Item)[] ? Item : Row[keyof Row]
type TaggedItem<Row> = Row extends readonly (infer Item)[]
  ? Tagged<Item>
  : { [K in keyof Row & string]: Tagged<Row[K], K> }[keyof Row & string]

/**
 * Joins the streams that reach it into one, item by item as they come; with `info`, each item as
 * `{ name, data }`, `name` being the stream's.
 *
 * LogicSponge's Linearizer, and the same as `merge`, whose rules hold: order is kept per stream, how the streams
 * interleave is open, it ends when all have ended, each is held back by itself. Keeps no state.
 *
 * @example
 * ```ts
 * import { parallel } from 'millrace'
 * import { fromIterable, linearizer, toArray } from 'millrace/terms'
 *
 * const streams = parallel({ low: fromIterable([1, 2]), high: fromIterable([8]) })
 * const items = await toArray(streams.pipe(linearizer({ info: true })))
 * console.log(items.find(({ name }) => name === 'high')) // { name: 'high', data: 8 }
 * ```
 */
export function linearizer<Row extends object>(options?: {
  readonly info?: false
}): KernelTerm<Row, RowItem<Row>>
export function linearizer<Row extends object>(options: {
  readonly info: true
}): KernelTerm<Row, TaggedItem<Row>>
export function linearizer(options: { readonly info?: boolean } = {}): KernelTerm<object, unknown> {
  checkOptions('linearizer', options, { info: true })
  const joined = options.info === true ? merge<object>({ tagged: true }) : merge<object>()
  return (joined as KernelTerm<object, unknown>).named('linearizer')
}
