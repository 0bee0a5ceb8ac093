/** `numberOf`: how aggregates read a number off an item. Internal. */

import { BadInputError, checkSyncFunction, describe } from '@millrace/core'
import { isRefusedPromise } from '@millrace/core/engine'

/** A function of an item that gives a number. */
export type NumberOf<In> = (item: In) => number

/**
 * `f`, checked now, and its results when it is called: one NaN would make every later value NaN.
 *
 * @throws {InvalidOptionError} if `f` is no function, or is declared async.
 */
export function numberOf<In>(owner: string, f: NumberOf<In>): NumberOf<In> {
  checkSyncFunction(owner, f)
  return (item) => {
    const value: unknown = f(item)
    if (typeof value !== 'number' || Number.isNaN(value)) {
      isRefusedPromise(value)
      throw new BadInputError(
        `The function of ${owner}() gave ${describe(value)} for ${describe(item)}. ` +
          'It must give a number: convert or filter such items before.',
      )
    }
    return value
  }
}
