/** `printKeys`: prints which keys records have. */

import { type Awaitable, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkOptions } from '../check.ts'
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
 * LogicSponge's PrintKeys.
 *
 * While standard output is full, the terms before it are held back, and the run is done only when all is delivered; of a
 * print function of your own the promise is awaited. Stays on the caller's thread under every scheduler. Keeps no state,
 * keeps the order.
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
  checkOptions('printKeys', options, { print: true })
  const { print, hooks } = printerOf('printKeys', options.print)
  const f = (item: Item): unknown => print(Object.keys(recordOf('printKeys', item)).join(', '))
  return kernelTerm<Item, Item>('printKeys', { kind: 'tap', f }, hooks).local()
}
