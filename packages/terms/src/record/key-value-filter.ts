/** `keyValueFilter`: the entries of each record for which a function is true. */

import { type KernelTerm, kernelTerm } from '@millrace/core'
import { synchronous } from '../check.ts'
import { recordOf } from './record-of.ts'

/**
 * Passes on each record with those entries only for which `f(key, value)` is true.
 *
 * LogicSponge's KeyValueFilter. `f` gets two arguments and is synchronous. A record may become empty; it is passed
 * on all the same. Makes new records, keeps no state, keeps the order, holds nothing back.
 *
 * @throws {InvalidOptionError} if `f` is no function, or is declared async. An item that is no plain record fails
 * the run with a `BadInputError`.
 *
 * @example
 * ```ts
 * import { fromIterable, keyValueFilter, toArray } from 'millrace/terms'
 *
 * const readings = fromIterable([{ a: 1, b: null, c: 3 }, { a: null, b: 5, c: null }])
 * const known = readings.pipe(keyValueFilter((_key, value) => value !== null))
 * console.log(await toArray(known)) // [ { a: 1, c: 3 }, { b: 5 } ]
 * ```
 */
export function keyValueFilter<Item extends object>(
  f: (key: keyof Item & string, value: Item[keyof Item & string]) => boolean,
): KernelTerm<Item, Partial<Item>> {
  const isWanted = synchronous('keyValueFilter', f) as (key: string, value: unknown) => boolean
  const select = (item: Item): Partial<Item> => {
    const entries = Object.entries(recordOf('keyValueFilter', item))
    return Object.fromEntries(entries.filter(([key, value]) => isWanted(key, value))) as Partial<Item>
  }
  return kernelTerm('keyValueFilter', { kind: 'map', f: select })
}
