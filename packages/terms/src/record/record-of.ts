/** `recordOf` and `selector`: how terms that work on records see their items. Internal. */

import { BadInputError, describe, InvalidOptionError } from '@millrace/core'
import { isPlainRecord } from '../source/as-record.ts'

/** Keys by name, or by exclusion; one of the two. */
export interface KeyChoice {
  readonly keys?: readonly string[] | undefined
  readonly notKeys?: readonly string[] | undefined
}

/** Takes the chosen entries out of a record, in the order in which they are to stand. */
export type Selector = (record: Readonly<Record<string, unknown>>) => [string, unknown][]

/** The item as a record. @throws {BadInputError} if it is none. */
export function recordOf(owner: string, item: unknown): Readonly<Record<string, unknown>> {
  if (isPlainRecord(item)) return item
  throw new BadInputError(
    `${owner}() takes plain records, but got ${describe(item)}. Make records of the items in a map() before it; ` +
      'asRecord does it for any item.',
  )
}

/** @throws {InvalidOptionError} unless exactly one list of names is given. */
export function selector(owner: string, { keys, notKeys }: KeyChoice): Selector {
  if ((keys === undefined) === (notKeys === undefined)) {
    throw new InvalidOptionError(
      `keys of ${owner}()`,
      keys,
      keys === undefined ? 'given where notKeys is not' : 'left out where notKeys is given',
    )
  }
  if (keys !== undefined) {
    checkNames(`keys of ${owner}()`, keys)
    return (record) => keys.filter((key) => Object.hasOwn(record, key)).map((key) => [key, record[key]])
  }
  const names = notKeys as readonly string[]
  checkNames(`notKeys of ${owner}()`, names)
  const hidden = new Set(names)
  return (record) => Object.entries(record).filter(([key]) => !hidden.has(key))
}

/** @throws {InvalidOptionError} if `names` is no list of strings. */
export function checkNames(option: string, names: unknown): asserts names is readonly string[] {
  if (!(Array.isArray(names) && names.every((name) => typeof name === 'string'))) {
    throw new InvalidOptionError(option, names, 'a list of names')
  }
}
