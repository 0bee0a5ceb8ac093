/** What terms in event time have in common: how they read times and keys, and what late items lead to. */

import { BadInputError, checkSyncFunction, describe, InvalidOptionError } from '@millrace/core'
import { isRefusedPromise } from '@millrace/core/engine'

/** What a key may be: a value that is equal to its copy, so that state can be moved. */
export type GroupKey = string | number | bigint | boolean | null

/**
 * What becomes of an item that comes behind the watermark, too late for what it belongs to: `fail` ends the run with
 * an error, `drop` filters the item out (the ledger counts it as filtered), `port` gives it to the output `late`.
 */
export type LatePolicy = 'fail' | 'drop' | 'port'

const POLICIES: readonly unknown[] = ['fail', 'drop', 'port']

/** Times and lengths up to here can be added without rounding: loops over windows rely on it. */
export const MAX_TIME_MS = 2 ** 52

/** @throws {InvalidOptionError} if `late` is none of the policies. */
export function checkLate(owner: string, late: unknown): void {
  if (!POLICIES.includes(late)) {
    throw new InvalidOptionError(`late of ${owner}()`, late, '"fail", "drop" or "port"')
  }
}

/** @throws {InvalidOptionError} if `value` is no finite number of milliseconds from `least` on. */
export function checkMs(option: string, value: unknown, least = 0): void {
  if (!(typeof value === 'number' && Number.isFinite(value) && value >= least)) {
    throw new InvalidOptionError(option, value, `a finite number of milliseconds, at least ${least}`)
  }
}

/**
 * `time`, checked now, and its results when it is called.
 *
 * @throws {InvalidOptionError} if `time` is no function, or is declared async.
 */
export function timeOf<In>(owner: string, time: (item: In) => number): (item: In) => number {
  checkSyncFunction(`time of ${owner}`, time)
  return (item) => {
    const at: unknown = time(item)
    if (typeof at !== 'number' || !(Math.abs(at) <= MAX_TIME_MS)) {
      isRefusedPromise(at)
      throw new BadInputError(
        `The time of ${owner}() gave ${describe(at)} for ${describe(item)}. It must give milliseconds, up to 2 ** 52: ` +
          'date.getTime(), Date.parse(text), seconds * 1000.',
      )
    }
    return at
  }
}

/**
 * `key`, checked now, and its results when it is called.
 *
 * @throws {InvalidOptionError} if `key` is no function, or is declared async.
 */
export function keyOf<In, Key>(owner: string, key: (item: In) => Key): (item: In) => Key {
  checkSyncFunction(`key of ${owner}`, key)
  return (item) => {
    const value = key(item)
    if ((typeof value === 'object' && value !== null) || value === undefined || typeof value === 'function') {
      isRefusedPromise(value)
      throw new BadInputError(
        `The key of ${owner}() gave ${describe(value)} for ${describe(item)}. It must give a string, a number, a ` +
          'bigint, a boolean or null; join several parts to one string.',
      )
    }
    return value
  }
}

/** The error of `late: 'fail'`. */
export function lateError(owner: string, item: unknown, time: number, watermark: number): BadInputError {
  return new BadInputError(
    `${owner}() got an item of time ${time} when its watermark was at ${watermark}: ${describe(item)}. ` +
      'Raise outOfOrderMs, or say what becomes of late items: late: "drop" or late: "port".',
  )
}

/** The error of a bound that was reached. */
export function fullError(owner: string, option: string, bound: number, what: string): BadInputError {
  return new BadInputError(
    `${owner}() holds ${bound} ${what} already, as many as ${option} allows. Raise ${option}, or let it hold less: ` +
      'fewer keys, shorter windows, a smaller outOfOrderMs.',
  )
}
