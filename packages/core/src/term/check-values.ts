/**
 * Checks of arguments, shared by the packages of terms. Called when a term is made, so that mistakes show where they are.
 */

import { BadInputError, InvalidOptionError } from '../errors.ts'
import { isRefusedPromise } from '../values/foreign.ts'
import { checkSyncFunction } from './leaf.ts'

/** @throws {InvalidOptionError} if `f` is no function. */
export function checkFunction(owner: string, f: unknown): void {
  if (typeof f !== 'function') throw new InvalidOptionError(`The function of ${owner}()`, f, 'a function')
}

/**
 * `f`, checked now, and its results when it is called: a promise would be taken for true, for a key, or for a state.
 *
 * @throws {InvalidOptionError} if `f` is no function, or is declared async.
 */
export function synchronous<Args extends unknown[], Result>(
  owner: string,
  f: (...args: Args) => Result,
): (...args: Args) => Result {
  checkSyncFunction(owner, f)
  return (...args) => {
    const result = f(...args)
    if (!isRefusedPromise(result)) return result
    throw new BadInputError(
      `The function of ${owner}() must be synchronous, but gave a promise. Await in a map() before it.`,
    )
  }
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

/** @throws {InvalidOptionError} if `value` is no finite number of milliseconds above 0. */
export function checkMs(option: string, value: unknown): void {
  if (!(typeof value === 'number' && Number.isFinite(value) && value > 0)) {
    throw new InvalidOptionError(option, value, 'a finite number of milliseconds above 0')
  }
}
