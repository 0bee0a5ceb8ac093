/**
 * Checks of arguments, shared by the terms. Called when a term is made, so that mistakes show where they are.
 */

import { InvalidOptionError } from '@millrace/core'
import { whyNotCarried } from '@millrace/core/engine'

export {
  checkBoolean,
  checkEncoding,
  checkFunction,
  checkMs,
  checkOptions,
  checkWhole,
  synchronous,
} from '@millrace/core/engine'

/** @throws {InvalidOptionError} if a copy of `value` would not be the same, as one of a class that is not registered. */
export function checkCopied(option: string, value: unknown): void {
  const why = whyNotCarried(value, 'thread')
  if (why === undefined) return
  const { path, what, remedy } = why
  const where = path === '' ? 'it' : path.replace(/^\./, '')
  throw new InvalidOptionError(
    option,
    value,
    `a value that can be copied (${where} is ${what}${remedy === '' ? '' : `; ${remedy.replace(/\.$/, '')}`})`,
  )
}
