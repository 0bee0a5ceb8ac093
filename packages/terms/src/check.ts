/**
 * Checks of arguments, shared by the terms. Called when a term is made, so that mistakes show where they are.
 */

import { InvalidOptionError } from '@millrace/core'

/** @throws {InvalidOptionError} if `f` is no function. */
export function checkFunction(owner: string, f: unknown): void {
  if (typeof f !== 'function') throw new InvalidOptionError(`The function of ${owner}()`, f, 'a function')
}

/** @throws {InvalidOptionError} if `value` is no whole number from `least` on. */
export function checkWhole(option: string, value: unknown, least: number): void {
  if (!(Number.isSafeInteger(value) && (value as number) >= least)) {
    throw new InvalidOptionError(option, value, `a whole number, at least ${least}`)
  }
}

/** @throws {InvalidOptionError} if `value` is neither true nor false. */
export function checkBoolean(option: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new InvalidOptionError(option, value, 'true or false')
}

/** @throws {InvalidOptionError} if Node knows no such encoding. */
export function checkEncoding(option: string, value: unknown): void {
  if (!(typeof value === 'string' && Buffer.isEncoding(value))) {
    throw new InvalidOptionError(option, value, 'an encoding that Node knows, such as "utf8" or "latin1"')
  }
}
