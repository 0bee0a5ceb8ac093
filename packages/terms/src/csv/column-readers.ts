/**
 * Column readers: what the fields of a column become. Made by `CsvParser`, one per column, and called by the rows it
 * generates. They read bytes, and make a text only where the value is one.
 */

import { BadInputError, messageOf } from '@millrace/core'
import { ESCAPED } from './record-scanner.ts'

/** The fields of a record that a scanner has found. */
export interface FoundFields {
  readonly bytes: Buffer
  /** Where each field begins and ends among the bytes, and how it is written. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly kinds: Uint8Array
  text(field: number): string
}

/** Makes the value of a field of the record that a scanner has found. */
export interface ColumnReader {
  read(record: FoundFields, field: number): unknown
}

/** Texts that are remembered per column, each of so many bytes at most; both powers of two. */
const SLOTS = 512
const SLOT_BYTES = 32
/** After so many fields a column whose texts seldom repeat remembers them no longer. */
const TRIAL_FIELDS = 4096

/**
 * Texts as they are. Columns often repeat a few of them: a text that was met lately is given again, which spares making
 * it, hashing it and comparing it wherever it is a key.
 */
export class TextReader implements ColumnReader {
  readonly #bytes = new Uint8Array(SLOTS * SLOT_BYTES)
  readonly #lengths = new Uint8Array(SLOTS)
  readonly #texts: string[] = new Array(SLOTS).fill('')
  #isOn = true
  #fields = 0
  #repeated = 0

  read(record: FoundFields, field: number): string {
    if (!this.#isOn) return record.text(field)
    const start = record.starts[field] as number
    const length = (record.ends[field] as number) - start
    // what is written with escapes or blanks is not what it says
    if (length > SLOT_BYTES || length === 0 || (record.kinds[field] as number) >= ESCAPED) {
      return record.text(field)
    }
    const { bytes } = record
    let hash = length
    for (let i = start, end = start + length; i < end; i++) hash = (hash * 31 + (bytes[i] as number)) | 0
    const slot = (hash ^ (hash >>> 9)) & (SLOTS - 1)
    const place = slot * SLOT_BYTES
    if (++this.#fields === TRIAL_FIELDS) this.#judge()
    if (this.#lengths[slot] === length) {
      let i = 0
      while (i < length && this.#bytes[place + i] === bytes[start + i]) i++
      if (i === length) {
        this.#repeated++
        return this.#texts[slot] as string
      }
    }
    const text = record.text(field)
    for (let i = 0; i < length; i++) this.#bytes[place + i] = bytes[start + i] as number
    this.#lengths[slot] = length
    this.#texts[slot] = text
    return text
  }

  #judge(): void {
    this.#isOn = 2 * this.#repeated >= this.#fields
    this.#fields = this.#repeated = 0
  }
}

/** `cast: true`: numbers where a decimal number stands, texts elsewhere. */
export class GuessReader implements ColumnReader {
  readonly #texts = new TextReader()

  read(record: FoundFields, field: number): string | number {
    const start = record.starts[field] as number
    // beyond the digits: spares most text a second look
    if ((record.bytes[start] as number) > 0x39) return this.#texts.read(record, field)
    const number = plainNumber(record, field)
    return Number.isNaN(number) ? numberOr(this.#texts.read(record, field)) : number
  }
}

/** A function of `cast`. */
export class CastReader implements ColumnReader {
  readonly #texts = new TextReader()
  readonly #column: string
  readonly #cast: (field: string) => unknown

  constructor(column: string, cast: (field: string) => unknown) {
    this.#column = column
    this.#cast = cast
  }

  read(record: FoundFields, field: number): unknown {
    if (this.#cast === Number) {
      const number = plainNumber(record, field)
      if (!Number.isNaN(number)) return number
    }
    const text = this.#texts.read(record, field)
    const cast = this.#cast
    try {
      return cast(text)
    } catch (cause) {
      const reason = `cast.${this.#column} failed on ${JSON.stringify(text)}: ${messageOf(cause)}`
      throw new BadInputError(reason, { cause })
    }
  }
}

const DECIMAL = /^-?(?:0|[1-9]\d*)?(\.\d+)?([eE][+-]?\d+)?$/

function numberOr(field: string): string | number {
  // an empty field is no number
  if (!(field.charCodeAt(0) <= 0x39)) return field
  const parts = DECIMAL.exec(field)
  if (parts === null) return field
  const value = Number(field)
  const isExact = parts[1] !== undefined || parts[2] !== undefined || Number.isSafeInteger(value)
  return isExact && Number.isFinite(value) ? value : field
}

/** Digits whose value, and that of the power of ten below them, are exact: their quotient is rounded once, as it should be. */
const EXACT_DIGITS = 15
const POWERS_OF_TEN = Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power)

/**
 * The value of a field that is digits, maybe a minus before and a point among them, without a zero ahead; NaN for
 * anything else, which may still be a number.
 */
export function plainNumber(record: FoundFields, field: number): number {
  if ((record.kinds[field] as number) >= ESCAPED) return Number.NaN
  return plainNumberIn(record.bytes, record.starts[field] as number, record.ends[field] as number)
}

/** {@link plainNumber} of a range of bytes. */
export function plainNumberIn(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === 0x2d
  let at = isNegative ? start + 1 : start
  const first = at
  if (end - at > EXACT_DIGITS || at >= end) return Number.NaN
  let value = 0
  let point = -1
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30
    if (digit >= 0 && digit <= 9) value = value * 10 + digit
    else if (digit === -2 && point < 0 && at > first && at + 1 < end) point = at
    else return Number.NaN
  }
  const whole = (point < 0 ? end : point) - first
  if (bytes[first] === 0x30 && whole > 1) return Number.NaN
  if (point >= 0) value /= POWERS_OF_TEN[end - point - 1] as number
  if (!isNegative) return value
  return value === 0 ? Number.NaN : -value
}
