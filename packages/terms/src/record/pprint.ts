/** `pprint`: prints items over several lines. */

import { inspect } from 'node:util'
import { type KernelTerm, kernelTerm } from '@millrace/core'
import { checkOptions } from '../check.ts'
import { printerOf, type ShowOptions, shower } from './shown.ts'

/** Lines are broken beyond this many characters. */
const LINE_CHARS = 80

/**
 * Prints each item in full, laid out over several lines where it is long, and passes it on unchanged.
 *
 * LogicSponge's PPrint. The print function gets one text, of what `keys` or `notKeys` choose; every level is shown,
 * and nothing is cut.
 *
 * While standard output is full, the terms before it are held back, and the run is done only when all is delivered; of a
 * print function of your own the promise is awaited. Stays on the caller's thread under every scheduler. Keeps no state,
 * keeps the order.
 *
 * @throws {InvalidOptionError} if both `keys` and `notKeys` are given, or a function is none.
 *
 * @example
 * ```ts
 * import { fromIterable, pprint, toArray } from 'millrace/terms'
 *
 * await toArray(fromIterable([{ at: new Date(0), a: { b: { c: { d: [1, 2] } } } }]).pipe(pprint()))
 * // { at: '1970-01-01T00:00:00.000Z', a: { b: { c: { d: [ 1, 2 ] } } } }
 * ```
 */
export function pprint<Item>(options: ShowOptions = {}): KernelTerm<Item, Item> {
  checkOptions('pprint', options, { print: true, keys: true, notKeys: true, dateToString: true })
  const shown = shower('pprint', options)
  const { print, hooks } = printerOf('pprint', options.print)
  const f = (item: Item): unknown =>
    print(
      inspect(shown(item), {
        depth: null,
        breakLength: LINE_CHARS,
        maxArrayLength: null,
        maxStringLength: null,
      }),
    )
  return kernelTerm<Item, Item>('pprint', { kind: 'tap', f }, hooks).local()
}
