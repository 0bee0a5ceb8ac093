/** `print`: shows each item and passes it on. */

import { type Awaitable, InvalidOptionError, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkFunction, checkOptions } from '../check.ts'
import { isPlainRecord } from '../source/as-record.ts'
import { printing, printLine } from '../standard-output.ts'

/** Options of {@link print}. */
export interface PrintOptions {
  /** Called with what is to be printed; a promise it returns is awaited. Default `console.log`. */
  readonly print?: (shown: unknown) => Awaitable<unknown>
  /** Of records, prints these keys only. */
  readonly keys?: readonly string[]
  /** Of records, prints all keys but these. */
  readonly notKeys?: readonly string[]
}

/**
 * Prints each item and passes it on whole.
 *
 * The print function gets one argument. `keys` and `notKeys` choose what is shown of plain records; other
 * items are shown as they are. While standard output is full, the terms before it are held back, and the run is done
 * only when all is delivered; of a print function of your own the promise is awaited. Stays on the caller's thread under
 * every scheduler, so that lines keep their order. Keeps no state, keeps the order.
 *
 * @throws {InvalidOptionError} if both `keys` and `notKeys` are given, or `print` is no function. Standard output that
 * cannot be written (a full disk, a reader that has gone) fails the run with the name of the term.
 *
 * @example
 * ```ts
 * import { fromIterable, print, toArray } from 'millrace/terms'
 *
 * const shown: unknown[] = []
 * const people = fromIterable([{ name: 'Ada', born: 1815 }])
 * await toArray(people.pipe(print({ keys: ['name'], print: (item) => shown.push(item) })))
 * console.log(shown) // [ { name: 'Ada' } ]
 * ```
 */
export function print<Item>(options: PrintOptions = {}): KernelTerm<Item, Item> {
  checkOptions('print', options, { print: true, keys: true, notKeys: true })
  const { print: show = printLine, keys, notKeys } = options
  checkFunction('print', show)
  if (keys !== undefined && notKeys !== undefined) {
    throw new InvalidOptionError('keys of print()', keys, 'left out where notKeys is given')
  }
  const select = keys !== undefined ? pick(keys) : notKeys !== undefined ? omit(notKeys) : undefined
  const f = select === undefined ? (item: Item) => show(item) : (item: Item) => show(shownOf(item, select))
  const hooks = options.print === undefined ? printing : {}
  return (kernelTerm('print', { kind: 'tap', f }, hooks) as KernelTerm<Item, Item>).local()
}

type Select = (record: Readonly<Record<string, unknown>>) => [string, unknown][]

function pick(keys: readonly string[]): Select {
  return (record) => keys.filter((key) => Object.hasOwn(record, key)).map((key) => [key, record[key]])
}

function omit(notKeys: readonly string[]): Select {
  const hidden = new Set(notKeys)
  return (record) => Object.entries(record).filter(([key]) => !hidden.has(key))
}

function shownOf(item: unknown, select: Select): unknown {
  return isPlainRecord(item) ? Object.fromEntries(select(item)) : item
}
