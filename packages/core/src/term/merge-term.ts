/** `merge`: joins streams item by item, the one built-in way to read several inputs without rows. */

import { checkOptions } from './check-options.ts'
import { KernelTerm } from './leaf.ts'

/** An item with the name of the stream it came from. */
export interface Tagged<out Item, out Name extends string = string> {
  readonly name: Name
  readonly data: Item
}

/**
 * Joins all its input streams into one, item by item as they come. Order is kept per input; how the inputs
 * interleave is open. It ends when all inputs have ended; each input is held back by itself.
 *
 * LogicSponge's Linearizer; with `tagged`, each item is `{ name, data }`.
 *
 * @example
 * ```ts
 * import { parallel } from 'millrace'
 * import { fromIterable, merge, toArray } from 'millrace/terms'
 *
 * const both = () => parallel({ odd: fromIterable([1, 3]), even: fromIterable([2, 4]) })
 * console.log((await toArray(both().pipe(merge()))).toSorted()) // [ 1, 2, 3, 4 ]
 *
 * const tagged = await toArray(both().pipe(merge({ tagged: true })))
 * console.log(tagged.filter(({ name }) => name === 'odd').map(({ data }) => data)) // [ 1, 3 ]
 * ```
 */
export function merge<Row extends object>(options?: {
  readonly tagged?: false
}): KernelTerm<Row, RowItem<Row>>
export function merge<Row extends object>(options: {
  readonly tagged: true
}): KernelTerm<Row, { [K in RowName<Row>]: Tagged<RowItem<Row>, K> }[RowName<Row>]>
export function merge(options: { readonly tagged?: boolean } = {}): KernelTerm<object, unknown> {
  checkOptions('merge', options, { tagged: true })
  return new KernelTerm('merge', { kind: 'merge', tagged: options.tagged === true })
}

type RowItem<Row> = Row extends readonly (infer Item)[] ? Item : Row[keyof Row]
type RowName<Row> = Row extends readonly unknown[] ? string : keyof Row & string
