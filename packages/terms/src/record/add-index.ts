/** `addIndex`: numbers the records of a stream. */

import { type Context, InvalidOptionError, type KernelTerm, kernelTerm } from '@millrace/core'
import { recordOf } from './record-of.ts'

/**
 * Adds to each record its number in the stream, as `key` (default `index`), counting from `first` (default 0).
 *
 * LogicSponge's AddIndex; what `zipWithIndex` is elsewhere. A value that the record has under `key` is replaced.
 * Stateful: the next number. Makes new records, keeps the order, holds nothing back.
 *
 * @throws {InvalidOptionError} if `key` is no string or `first` no whole number. An item that is no plain record fails
 * the run with a `BadInputError`.
 *
 * @example
 * ```ts
 * import { addIndex, fromIterable, toArray } from 'millrace/terms'
 *
 * const cities = fromIterable([{ city: 'Paris' }, { city: 'Vienna' }])
 * console.log(await toArray(cities.pipe(addIndex('row', 1))))
 * // [ { city: 'Paris', row: 1 }, { city: 'Vienna', row: 2 } ]
 * ```
 */
export function addIndex<Item extends object, const Key extends string = 'index'>(
  key?: Key,
  first?: number,
): KernelTerm<Item, Omit<Item, Key> & { [K in Key]: number }, number>
export function addIndex(key = 'index', first = 0): KernelTerm<object, object, number> {
  if (typeof key !== 'string') throw new InvalidOptionError('key of addIndex()', key, 'a string')
  if (!Number.isSafeInteger(first)) {
    throw new InvalidOptionError('first of addIndex()', first, 'a whole number')
  }
  const number = (item: object, ctx: Context<number>): object => {
    const record = recordOf('addIndex', item)
    return { ...record, [key]: ctx.state++ }
  }
  return kernelTerm<object, object, number>(
    'addIndex',
    { kind: 'apply', self: {}, f: number },
    { initialState: () => first },
  )
}
