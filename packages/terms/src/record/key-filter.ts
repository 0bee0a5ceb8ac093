/** `keyFilter`: chosen keys of each record. */

import { type KernelTerm, kernelTerm } from '@millrace/core'
import { checkOptions } from '../check.ts'
import { recordOf, selector } from './record-of.ts'

/**
 * Passes on each record with the chosen keys only: those in `keys`, in that order, or all but those in `notKeys`.
 *
 * LogicSponge's KeyFilter; a projection, as SQL's `SELECT`. Keys that a record does not have are left out, so a
 * record may become empty; it is passed on all the same. Makes new records, keeps no state, keeps the order, holds
 * nothing back.
 *
 * @throws {InvalidOptionError} unless exactly one of `keys` and `notKeys` is given. An item that is no plain record
 * fails the run with a `BadInputError`.
 *
 * @example
 * ```ts
 * import { fromIterable, keyFilter, toArray } from 'millrace/terms'
 *
 * const people = fromIterable([{ name: 'Ada', born: 1815, died: 1852 }])
 * console.log(await toArray(people.pipe(keyFilter({ keys: ['name'] })))) // [ { name: 'Ada' } ]
 * console.log(await toArray(people.pipe(keyFilter({ notKeys: ['born'] })))) // [ { name: 'Ada', died: 1852 } ]
 * ```
 */
export function keyFilter<Item extends object, const Key extends keyof Item & string>(options: {
  readonly keys: readonly Key[]
  readonly notKeys?: undefined
}): KernelTerm<Item, Pick<Item, Key>>
export function keyFilter<Item extends object, const Key extends keyof Item & string>(options: {
  readonly keys?: undefined
  readonly notKeys: readonly Key[]
}): KernelTerm<Item, Omit<Item, Key>>
export function keyFilter(options: {
  readonly keys?: readonly string[] | undefined
  readonly notKeys?: readonly string[] | undefined
}): KernelTerm<object, object> {
  checkOptions('keyFilter', options, { keys: true, notKeys: true })
  const select = selector('keyFilter', options)
  const f = (item: object): object => Object.fromEntries(select(recordOf('keyFilter', item)))
  return kernelTerm('keyFilter', { kind: 'map', f })
}
