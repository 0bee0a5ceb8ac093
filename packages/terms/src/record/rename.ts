/** `rename`: other names for the keys of records. */

import { BadInputError, InvalidOptionError, type KernelTerm, kernelTerm } from '@millrace/core'
import { synchronous } from '../check.ts'
import { isPlainRecord } from '../source/as-record.ts'
import { recordOf } from './record-of.ts'

/** What {@link rename} makes of a record, given a table of names. */
export type Renamed<Item, Names> = {
  [K in keyof Item as K extends keyof Names ? (Names[K] extends string ? Names[K] : K) : K]: Item[K]
}

/**
 * Gives the keys of each record other names: by a table `{ old: new }`, which leaves the others as they are, or by a
 * function of the old name.
 *
 * LogicSponge's Rename. The order of the keys stays. A table's keys that a record does not have are passed over.
 * Makes new records, keeps no state, keeps the order, holds nothing back.
 *
 * @throws {InvalidOptionError} if `names` is neither a record of strings nor a synchronous function. An item that is
 * no plain record, or two keys that get one name, fail the run with a `BadInputError`: one value would be lost.
 *
 * @example
 * ```ts
 * import { fromIterable, rename, toArray } from 'millrace/terms'
 *
 * const people = fromIterable([{ nm: 'Ada', born: 1815 }])
 * console.log(await toArray(people.pipe(rename({ nm: 'name' })))) // [ { name: 'Ada', born: 1815 } ]
 * console.log(await toArray(people.pipe(rename((key) => key.toUpperCase())))) // [ { NM: 'Ada', BORN: 1815 } ]
 * ```
 */
export function rename<Item extends object, const Names extends { readonly [K in keyof Item]?: string }>(
  names: Names,
): KernelTerm<Item, Renamed<Item, Names>>
export function rename<Item extends object>(
  names: (key: keyof Item & string) => string,
): KernelTerm<Item, Record<string, Item[keyof Item]>>
export function rename(
  names: Readonly<Record<string, string | undefined>> | ((key: string) => string),
): KernelTerm<object, object> {
  const nameOf = namer(names)
  const f = (item: object): object => {
    const taken = new Map<string, string>()
    const entries = Object.entries(recordOf('rename', item)).map(([key, value]) => {
      const name = nameOf(key)
      const other = taken.get(name)
      if (other !== undefined) throw clash(other, key, name)
      taken.set(name, key)
      return [name, value] as const
    })
    return Object.fromEntries(entries)
  }
  return kernelTerm('rename', { kind: 'map', f })
}

function namer(
  names: Readonly<Record<string, string | undefined>> | ((key: string) => string),
): (key: string) => string {
  if (typeof names === 'function') {
    return synchronous('rename', names)
  }
  if (!(isPlainRecord(names) && Object.values(names).every((name) => typeof name === 'string'))) {
    throw new InvalidOptionError('The names of rename()', names, 'a record { old: new } or a function')
  }
  const table = new Map<string, string>(Object.entries(names as Readonly<Record<string, string>>))
  return (key) => table.get(key) ?? key
}

function clash(first: string, second: string, name: string): BadInputError {
  const [a, b, c] = [first, second, name].map((text) => JSON.stringify(text))
  return new BadInputError(
    `rename() would give the keys ${a} and ${b} of one record the same name ${c}. Choose another name, or drop one ` +
      'of the two with keyFilter() before it.',
  )
}
