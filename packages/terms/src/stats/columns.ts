/** `columnsOf`: how terms that compute see the numbers of an item. Internal. */

import { BadInputError, describe } from '@millrace/core'
import { checkNames } from '../record/record-of.ts'
import { isPlainRecord } from '../source/as-record.ts'

/** What the terms that go over time take: numbers, or records of them. */
export type NumbersOf<Item, Result> = Item extends number ? Result : { [K in keyof Item]: Result }

/** The columns of one item: names and numbers. A plain number has one column without a name. */
export type Column = readonly [name: string, value: number]

/** The name of the only column of a stream of plain numbers. */
export const ONLY = ''

/** @throws {InvalidOptionError} if `keys` is no list of names. */
export function checkKeys(owner: string, keys: readonly string[] | undefined): void {
  if (keys !== undefined) checkNames(`keys of ${owner}()`, keys)
}

/** The numbers of a record, or those under `keys`. @throws {BadInputError} for what is no number. */
export function columnsOf(
  owner: string,
  record: Readonly<Record<string, unknown>>,
  keys: readonly string[] | undefined,
): Column[] {
  return (keys ?? Object.keys(record)).map((key) => [key, numberAt(owner, record[key], key)])
}

/** The numbers of a record or list, without their names. @throws {BadInputError} for what is no number. */
export function valuesOf(owner: string, item: unknown, keys: readonly string[] | undefined): number[] {
  if (Array.isArray(item)) return item.map((value, i) => numberAt(owner, value, String(i)))
  if (isPlainRecord(item)) return columnsOf(owner, item, keys).map(([, value]) => value)
  throw new BadInputError(
    `${owner}() across the keys takes records or lists of numbers, but got ${describe(item)}.`,
  )
}

/** @throws {BadInputError} if `value` is no number. */
export function numberAt(owner: string, value: unknown, key: string): number {
  if (typeof value === 'number') return value
  const where = key === ONLY ? '' : ` at ${JSON.stringify(key)}`
  throw new BadInputError(
    `${owner}() takes numbers, but got ${describe(value)}${where}. Choose the keys that hold numbers with keys, or ` +
      'convert the values in a map() before it.',
  )
}
