/** Equality, hash and copy of items by their data: what LogicSponge's DataItem has as methods. */

import { InvalidOptionError } from '@millrace/core'
import { copyWhole } from '@millrace/core/engine'
import { checkCopied } from '../check.ts'
import { isPlainRecord } from '../source/as-record.ts'
import { dataText } from './data-text.ts'

/**
 * A text for an item that equal items have in common and others do not: a key for a `Map` or a `Set`.
 *
 * The order of keys in records, of entries in maps and of members in sets makes no difference; `-0` is `0`. The text
 * is as long as the data; {@link hashOfItem} is short. A pure function, for use in `map` and as a key function.
 *
 * @throws {BadInputError} for what is no plain data: functions, symbols, class instances, values that hold themselves.
 *
 * @example
 * ```ts
 * import { keyOfItem } from 'millrace/terms'
 *
 * const seen = new Set([{ a: 1, b: [2] }, { b: [2], a: 1 }].map(keyOfItem))
 * console.log(seen) // Set(1) { '{"a":1,"b":[2]}' }
 * ```
 */
export function keyOfItem(item: unknown): string {
  return dataText(item)
}

/**
 * Whether two items hold the same data; LogicSponge's `==` of DataItems.
 *
 * As {@link keyOfItem} sees it. A pure function.
 *
 * @throws {BadInputError} for what is no plain data.
 *
 * @example
 * ```ts
 * import { equalItems } from 'millrace/terms'
 *
 * console.log(equalItems({ a: 1, b: 2 }, { b: 2, a: 1 }), equalItems({ a: 1 }, { a: '1' })) // true false
 * ```
 */
export function equalItems(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || dataText(a) === dataText(b)
}

const FNV_OFFSET = 0xcbf29ce484222325n
const FNV_PRIME = 0x100000001b3n

/**
 * A hash of an item by its data, 64 bits as 16 hexadecimal digits: the same in every process. Equal items have one
 * hash; different items hardly ever. Not for secrets.
 *
 * FNV-1a by G. Fowler, L. C. Noll and K.-P. Vo, over the UTF-8 bytes of {@link keyOfItem}. A pure function.
 *
 * @throws {BadInputError} for what is no plain data.
 *
 * @example
 * ```ts
 * import { hashOfItem } from 'millrace/terms'
 *
 * console.log(hashOfItem({ a: 1, b: 2 }) === hashOfItem({ b: 2, a: 1 }), hashOfItem('')) // true 07cc7607b4949e25
 * ```
 */
export function hashOfItem(item: unknown): string {
  let hash = FNV_OFFSET
  for (const byte of Buffer.from(dataText(item))) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME)
  }
  return hash.toString(16).padStart(16, '0')
}

/**
 * A copy of an item that shares nothing with it, with `changes` made if it is a record; LogicSponge's `copy()`.
 *
 * Items are never changed in place, since other branches read them, too. Where only the top level changes,
 * `{ ...item, …changes }` is quicker. A pure function.
 *
 * @throws {InvalidOptionError} if there are changes and the item is no plain record, or if it cannot be copied whole: for
 * what holds functions, or objects of classes that are not registered.
 *
 * @example
 * ```ts
 * import { copyItem } from 'millrace/terms'
 *
 * const item = { name: 'Ada', tags: ['x'] }
 * const copy = copyItem(item, { name: 'Grace' })
 * copy.tags.push('y')
 * console.log(item, copy) // { name: 'Ada', tags: [ 'x' ] } { name: 'Grace', tags: [ 'x', 'y' ] }
 * ```
 */
export function copyItem<Item>(item: Item, changes?: Partial<Item>): Item {
  checkCopied('The item of copyItem()', item)
  const copy = copyWhole(item)
  if (changes === undefined) return copy
  if (!isPlainRecord(copy)) {
    throw new InvalidOptionError('The item of copyItem() with changes', item, 'a plain record')
  }
  checkCopied('The changes of copyItem()', changes)
  return { ...copy, ...copyWhole(changes) }
}
