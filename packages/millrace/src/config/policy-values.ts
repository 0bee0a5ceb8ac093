/**
 * What the parts of a failure policy may be, as far as a record in a config can be wrong in itself. Read by `settings.ts`;
 * loads nothing, so that `--help` answers at once. Core checks the whole policy once more with its term.
 */

import { isRecord, type JsonSchema } from './setting.ts'

/** A number in a range; the check and the schema are made of the same bounds. */
interface Range {
  readonly whole: boolean
  readonly from: number
  /** `from` itself is too small. */
  readonly above?: true
  readonly to: number
}

type Fields = Readonly<Record<string, Range>>

const MAX = Number.MAX_SAFE_INTEGER
const count = (from: number): Range => ({ whole: true, from, to: MAX })
const number = (from: number, to = MAX): Range => ({ whole: false, from, to })

const ATTEMPTS = count(0)
const RETRY: Fields = {
  attempts: ATTEMPTS,
  delayMs: number(0),
  factor: number(1),
  maxDelayMs: number(0),
  jitter: number(0, 1),
}
const NEEDED_OF_RETRY = ['attempts']
const CIRCUIT: Fields = {
  failures: count(1),
  windowMs: { ...number(0), above: true },
  probeAfterMs: { ...number(0), above: true },
}
const NEEDED_OF_CIRCUIT = ['failures', 'windowMs']

/** Whether it is a number of attempts, or a record of how to make them. */
export function isRetry(seen: unknown): boolean {
  return isIn(ATTEMPTS, seen) || isRecordOf(RETRY, NEEDED_OF_RETRY, seen)
}

/** Whether it says when a circuit opens. */
export function isCircuit(seen: unknown): boolean {
  return isRecordOf(CIRCUIT, NEEDED_OF_CIRCUIT, seen)
}

/** What {@link isRetry} takes. */
export const retrySchema: JsonSchema = {
  anyOf: [schemaOfRange(ATTEMPTS), schemaOfFields(RETRY, NEEDED_OF_RETRY)],
}

/** What {@link isCircuit} takes. */
export const circuitSchema: JsonSchema = schemaOfFields(CIRCUIT, NEEDED_OF_CIRCUIT)

function isIn({ whole, from, above, to }: Range, seen: unknown): boolean {
  if (typeof seen !== 'number' || (whole && !Number.isSafeInteger(seen))) return false
  return seen >= from && seen <= to && !(above === true && seen === from)
}

function isRecordOf(fields: Fields, needed: readonly string[], seen: unknown): boolean {
  return (
    isRecord(seen) &&
    needed.every((name) => Object.hasOwn(seen, name)) &&
    Object.entries(seen).every(
      ([name, value]) => Object.hasOwn(fields, name) && isIn(fields[name] as Range, value),
    )
  )
}

function schemaOfRange({ whole, from, above, to }: Range): JsonSchema {
  const least = above === true ? { exclusiveMinimum: from } : { minimum: from }
  return { type: whole ? 'integer' : 'number', ...least, maximum: to }
}

function schemaOfFields(fields: Fields, required: readonly string[]): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, range]) => [name, schemaOfRange(range)]),
  )
  return { type: 'object', properties, required, additionalProperties: false }
}
