/** `asRecord`: LogicSponge's rule that every item is a record. */

/** True for objects made by literals, `JSON.parse` and the like; false for arrays and class instances. */
export function isPlainRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** A field of a record or an instance; what every object has, `constructor` say, is no field unless it is its own. */
export function fieldOf(record: object, name: string): unknown {
  if (name in Object.prototype && !Object.hasOwn(record, name)) return undefined
  return (record as Readonly<Record<string, unknown>>)[name]
}

/** What {@link asRecord} makes of an item. */
export type AsRecord<Item> = Item extends Readonly<Record<string, unknown>> ? Item : { readonly val: Item }

/**
 * Returns plain records as they are, and anything else as `{ val: item }`: LogicSponge's default formatter.
 *
 * A pure function, for use as the `formatter` of `fromIterable`, or in a `map`. Arrays, class instances and
 * `null` are no plain records.
 *
 * @example
 * ```ts
 * import { asRecord, fromIterable, toArray } from 'millrace/terms'
 *
 * const records = fromIterable([7, { val: 8 }], asRecord)
 * console.log(await toArray(records)) // [ { val: 7 }, { val: 8 } ]
 * ```
 */
export function asRecord<Item>(item: Item): AsRecord<Item> {
  return (isPlainRecord(item) ? item : { val: item }) as AsRecord<Item>
}
