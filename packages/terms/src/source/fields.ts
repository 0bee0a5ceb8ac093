/**
 * `Fields`: the fields that a source of records is asked for, and their types. Checked by `csv` and `ndjson`, which parse
 * only these.
 */

import { InvalidOptionError } from '@millrace/core'
import { isPlainRecord } from './as-record.ts'

/**
 * What a field is: `string`; `number`, in decimal notation; `boolean`, `true` or `false`; `date`, a `Date`, and `time`,
 * milliseconds since the epoch, both written as in ISO 8601, a date or a date and time with its zone.
 */
export type FieldType = 'string' | 'number' | 'boolean' | 'date' | 'time'

/** A type; with `?` behind it, `null` where there is no value; or a function that makes the value. */
export type FieldSpec<Raw> = FieldType | `${FieldType}?` | ((raw: Raw) => unknown)

/** The fields wanted, by name. `Raw` is what functions are given. */
export type Fields<Raw> = Readonly<Record<string, FieldSpec<Raw>>>

interface Values {
  string: string
  number: number
  boolean: boolean
  date: Date
  time: number
}

type FieldValue<Spec> = Spec extends (raw: never) => infer Value
  ? Value
  : Spec extends `${infer Type extends FieldType}?`
    ? Values[Type] | null
    : Spec extends FieldType
      ? Values[Spec]
      : never

/** Records of these fields. */
export type FieldRecord<Wanted> = { -readonly [Name in keyof Wanted]: FieldValue<Wanted[Name]> }

const TYPES: readonly string[] = ['string', 'number', 'boolean', 'date', 'time'] satisfies FieldType[]

/** @throws {InvalidOptionError} if it is no record of types and functions. */
export function checkFields<Raw>(owner: string, fields: Fields<Raw>): Fields<Raw> {
  if (!isPlainRecord(fields)) {
    throw new InvalidOptionError(
      `fields of ${owner}()`,
      fields,
      'a record of types, such as { price: "number" }',
    )
  }
  for (const [name, spec] of Object.entries(fields)) {
    if (typeof spec === 'function' || TYPES.includes(String(spec).replace(/\?$/, ''))) continue
    const expected = `one of ${TYPES.join(', ')}, maybe with a ? behind it, or a function`
    throw new InvalidOptionError(`fields.${name} of ${owner}()`, spec, expected)
  }
  return { ...fields }
}

/** A type, and whether there may be no value. */
export function typeOf(spec: FieldType | `${FieldType}?`): { type: FieldType; isOptional: boolean } {
  const isOptional = spec.endsWith('?')
  return { type: (isOptional ? spec.slice(0, -1) : spec) as FieldType, isOptional }
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** The number that a text is; `undefined` if it is none, or a whole one that would be rounded. */
export function numberOf(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined
  const value = Number(text)
  const isExact = Number.isSafeInteger(value) || /[.eE]/.test(text)
  return isExact && Number.isFinite(value) ? value : undefined
}

const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/

/** The time that a text is, in ms since the epoch; NaN if it is none, or has no zone and would be another elsewhere. */
export function timeOf(text: string): number {
  if (!TIME.test(text)) return Number.NaN
  const time = Date.parse(text)
  // the 30th of February would be a day in March
  return Number(text.slice(8, 10)) <= daysOf(Number(text.slice(0, 4)), Number(text.slice(5, 7)))
    ? time
    : Number.NaN
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

const DAY_MS = 86_400_000

/**
 * {@link timeOf} of a range of bytes in the form that `toISOString` gives, milliseconds or none; NaN for any other,
 * which may still be a time.
 */
export function plainTimeIn(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  if ((length !== 24 && length !== 20) || bytes[end - 1] !== 0x5a) return Number.NaN
  const marks =
    bytes[start + 4] === 0x2d &&
    bytes[start + 7] === 0x2d &&
    bytes[start + 10] === 0x54 &&
    bytes[start + 13] === 0x3a &&
    bytes[start + 16] === 0x3a
  if (!marks || (length === 24 && bytes[start + 19] !== 0x2e)) return Number.NaN
  const year = pair(bytes, start) * 100 + pair(bytes, start + 2)
  const month = pair(bytes, start + 5)
  const day = pair(bytes, start + 8)
  const hour = pair(bytes, start + 11)
  const minute = pair(bytes, start + 14)
  const second = pair(bytes, start + 17)
  const ms = length === 20 ? 0 : pair(bytes, start + 20) * 10 + digit(bytes[start + 22] as number)
  const isValid =
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysOf(year, month) &&
    hour < 24 &&
    minute < 60 &&
    second < 60
  if (!isValid) return Number.NaN
  return daysBefore(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + ms
}

function digit(byte: number): number {
  return byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : Number.NaN
}

function pair(bytes: Uint8Array, at: number): number {
  return digit(bytes[at] as number) * 10 + digit(bytes[at + 1] as number)
}

/** Days from the epoch to a date of the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms"). */
function daysBefore(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
