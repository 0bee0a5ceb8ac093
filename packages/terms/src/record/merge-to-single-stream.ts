/** `mergeToSingleStream`: rows of several streams as one stream of records. */

import { type KernelTerm, kernelTerm } from '@millrace/core'
import { checkOptions } from '../check.ts'
import { recordOf } from './record-of.ts'

/** What {@link mergeToSingleStream} makes of a row with `combine`: one record with the keys of all. */
export type Combined<Row> = Row extends readonly (infer Item)[] ? Item : United<Row[keyof Row]>

type United<Item> = (Item extends unknown ? (item: Item) => void : never) extends (item: infer All) => void
  ? All
  : never

/**
 * Passes on the rows of the streams that reach it, `{ a: item, b: item }`: one item of each stream, by name. With
 * `combine`, unites the records of a row in one; where two have a key in common, the later stream wins.
 *
 * LogicSponge's MergeToSingleStream; Pekko's and rxjs' `zip`. It waits for the slowest stream and holds the others
 * back; it ends when one has ended and no complete row is left. Keeps no state, keeps the order of each stream. To
 * join streams as their items come, use `merge()`.
 *
 * With `combine`, an item that is no plain record fails the run with a `BadInputError`.
 *
 * @example
 * ```ts
 * import { parallel } from 'millrace'
 * import { fromIterable, mergeToSingleStream, toArray } from 'millrace/terms'
 *
 * const rows = parallel({ a: fromIterable([{ x: 1, y: 2 }]), b: fromIterable([{ y: 3 }]) })
 * console.log(await toArray(rows.pipe(mergeToSingleStream()))) // [ { a: { x: 1, y: 2 }, b: { y: 3 } } ]
 * console.log(await toArray(rows.pipe(mergeToSingleStream({ combine: true })))) // [ { x: 1, y: 3 } ]
 * ```
 */
export function mergeToSingleStream<Row extends object>(options?: {
  readonly combine?: false
}): KernelTerm<Row, Row>
export function mergeToSingleStream<Row extends object>(options: {
  readonly combine: true
}): KernelTerm<Row, Combined<Row>>
export function mergeToSingleStream(
  options: { readonly combine?: boolean } = {},
): KernelTerm<object, unknown> {
  checkOptions('mergeToSingleStream', options, { combine: true })
  const f = options.combine === true ? unite : same
  return kernelTerm('mergeToSingleStream', { kind: 'map', f })
}

function same(row: object): object {
  return row
}

function unite(row: object): object {
  const records = Object.values(row).map((item) => recordOf('mergeToSingleStream', item))
  // no Object.assign, which would take a key __proto__ for the prototype
  return Object.fromEntries(records.flatMap((record) => Object.entries(record)))
}
