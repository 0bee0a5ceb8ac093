/** `flattenRecord`: nested records become flat ones. */

import { BadInputError, InvalidOptionError, type KernelTerm, kernelTerm } from '@millrace/core'
import { isPlainRecord } from '../source/as-record.ts'
import { recordOf } from './record-of.ts'

/** Far deeper than data are; a record that holds itself is found by it. */
const MAX_DEPTH = 100

/** What {@link flattenRecord} makes of a record. */
export type Flattened<Item, Separator extends string = '.'> = Whole<
  Intersect<{ [K in keyof Item & string]: Entry<K, Item[K], Separator> }[keyof Item & string]>
>

type Entry<Key extends string, Value, Separator extends string> =
  IsRecord<Value> extends true
    ? Flattened<Value, Separator> extends infer Inner
      ? { [K in keyof Inner & string as `${Key}${Separator}${K}`]: Inner[K] }
      : never
    : { [K in Key]: Value }

type Leaf = readonly unknown[] | Date | RegExp | Error | ReadonlySet<unknown> | ReadonlyMap<unknown, unknown>
type Opaque = ArrayBuffer | ArrayBufferView | ((...args: never[]) => unknown)
type IsRecord<Value> = [Value] extends [object] ? ([Value] extends [Leaf | Opaque] ? false : true) : false
type Intersect<Union> = (Union extends unknown ? (part: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never
type Whole<Item> = { [K in keyof Item]: Item[K] }

/**
 * Makes nested records flat: `{ a: { out: 0 } }` becomes `{ 'a.out': 0 }`.
 *
 * LogicSponge's Flatten. Only plain records are opened; arrays, dates, class instances and empty records stay values.
 * `separator` stands between the names; default `.`. Makes new records, keeps no state, keeps the order, holds
 * nothing back.
 *
 * @throws {InvalidOptionError} if `separator` is no string. An item that is no plain record, two values with one
 * path, or a nesting deeper than 100 fail the run with a `BadInputError`.
 *
 * @example
 * ```ts
 * import { flattenRecord, fromIterable, toArray } from 'millrace/terms'
 *
 * const nested = fromIterable([{ id: 7, at: { x: 1, y: { deep: [2] } } }])
 * console.log(await toArray(nested.pipe(flattenRecord()))) // [ { id: 7, 'at.x': 1, 'at.y.deep': [ 2 ] } ]
 * ```
 */
export function flattenRecord<Item extends object, const Separator extends string = '.'>(
  separator?: Separator,
): KernelTerm<Item, Flattened<Item, Separator>>
export function flattenRecord(separator = '.'): KernelTerm<object, object> {
  if (typeof separator !== 'string') {
    throw new InvalidOptionError('separator of flattenRecord()', separator, 'a string')
  }
  const f = (item: object): object => {
    const flat = new Map<string, unknown>()
    spread(recordOf('flattenRecord', item), '', separator, flat, 1)
    return Object.fromEntries(flat)
  }
  return kernelTerm('flattenRecord', { kind: 'map', f })
}

function spread(
  record: Readonly<Record<string, unknown>>,
  prefix: string,
  separator: string,
  flat: Map<string, unknown>,
  depth: number,
): void {
  if (depth > MAX_DEPTH) {
    throw new BadInputError(
      `flattenRecord() takes records nested up to ${MAX_DEPTH} deep; this one is deeper, or holds itself.`,
    )
  }
  for (const [key, value] of Object.entries(record)) {
    const path = prefix + key
    if (isPlainRecord(value) && Object.keys(value).length > 0) {
      spread(value, path + separator, separator, flat, depth + 1)
    } else if (flat.has(path)) {
      throw new BadInputError(
        `flattenRecord() found two values at ${JSON.stringify(path)} of one record. Choose another separator.`,
      )
    } else flat.set(path, value)
  }
}
