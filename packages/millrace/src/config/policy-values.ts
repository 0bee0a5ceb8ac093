/**
 * What the parts of a failure policy may be, as far as a record in a config can be wrong in itself. Read by `settings.ts`;
 * loads nothing, so that `--help` answers at once. Core checks the whole policy once more with its term.
 */

import { isRecord } from './setting.ts'

type Fields = Readonly<Record<string, (seen: unknown) => boolean>>

const count = (least: number) => (seen: unknown) => Number.isSafeInteger(seen) && (seen as number) >= least
const number = (from: number, to: number) => (seen: unknown) =>
  typeof seen === 'number' && seen >= from && seen <= to
const MAX = Number.MAX_SAFE_INTEGER

const RETRY: Fields = {
  attempts: count(0),
  delayMs: number(0, MAX),
  factor: number(1, MAX),
  maxDelayMs: number(0, MAX),
  jitter: number(0, 1),
}
const CIRCUIT: Fields = {
  failures: count(1),
  windowMs: number(Number.MIN_VALUE, MAX),
  probeAfterMs: number(Number.MIN_VALUE, MAX),
}

/** Whether it is a number of attempts, or a record of how to make them. */
export function isRetry(seen: unknown): boolean {
  return count(0)(seen) || isRecordOf(RETRY, ['attempts'], seen)
}

/** Whether it says when a circuit opens. */
export function isCircuit(seen: unknown): boolean {
  return isRecordOf(CIRCUIT, ['failures', 'windowMs'], seen)
}

function isRecordOf(fields: Fields, needed: readonly string[], seen: unknown): boolean {
  return (
    isRecord(seen) &&
    needed.every((name) => Object.hasOwn(seen, name)) &&
    Object.entries(seen).every(
      ([name, value]) => Object.hasOwn(fields, name) && fields[name]?.(value) === true,
    )
  )
}
