/** `printKeys`: prints which keys records have. */

import { type Awaitable, type KernelTerm, kernelTerm } from '@millrace/core'
import { recordOf } from './record-of.ts'
import { printerOf } from './shown.ts'

/** Options of {@link printKeys}. */
export interface PrintKeysOptions {
  /** Called with the names, separated by commas; a promise it returns is awaited. Default `console.log`. */
  readonly print?: (text: string) => Awaitable<unknown>
}

/**
 * Prints the keys of each record and passes the record on unchanged.
 *
 * LogicSponge's PrintKeys. Keeps no state, keeps the order, holds nothing back unless the print function returns a
 * promise.
 *
 * @throws {InvalidOptionError} if `print` is no function. An item that is no plain record fails the run with a
 * `BadInputError`.
 *
 * @example
 * ```ts
 * import { fromIterable, printKeys, toArray } from 'millrace/terms'
 *
 * await toArray(fromIterable([{ name: 'Ada', born: 1815 }]).pipe(printKeys())) // name, born
 * ```
 */
export function printKeys<Item extends object>(options: PrintKeysOptions = {}): KernelTerm<Item, Item> {
  const print = printerOf('printKeys', options.print)
  const f = (item: Item): unknown => print(Object.keys(recordOf('printKeys', item)).join(', '))
  return kernelTerm('printKeys', { kind: 'tap', f })
}
