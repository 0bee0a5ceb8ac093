/**
 * `ObjectScanner`: finds wanted fields of JSON objects among bytes, one object per line. Called by `ndjson` with
 * `fields`. It takes what `JSON.parse` takes and nothing else, but makes no values and no text of what is not wanted.
 */

import { ESCAPED, QUOTED } from '../csv/record-scanner.ts'

/** How a field is written, beside {@link QUOTED} and {@link ESCAPED}, which are texts. */
export const NUMBER = 4
export const TRUE = 5
export const FALSE = 6
export const NULL = 7
export const NESTED = 8
export const ABSENT = 9

const INVALID = -1

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const COLON = 0x3a
const COMMA = 0x2c

/** 1 for bytes that end the plain part of a text: a quote, a backslash, and what may not be in it. */
const TEXT_ENDS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 1 : 0,
)

/** A key at a place where it was met last, and which of the wanted fields it is; -1 for none. */
interface MetKey {
  readonly bytes: Uint8Array
  readonly field: number
}

/** The fields of the object scanned last. */
export class ObjectScanner {
  bytes: Buffer = Buffer.alloc(0)
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly kinds: Uint8Array
  readonly #names: ReadonlyMap<string, number>
  /** By their place in the object: objects of a file mostly have the same keys in the same order. */
  readonly #met: MetKey[] = []
  /** The ends of the arrays and objects that are open, as bytes. */
  readonly #open: number[] = []
  #isEscaped = false

  constructor(names: readonly string[]) {
    this.#names = new Map(names.map((name, field) => [name, field]))
    this.starts = new Int32Array(names.length)
    this.ends = new Int32Array(names.length)
    this.kinds = new Uint8Array(names.length)
  }

  /** Scans the object that a range of the bytes is, blanks around it left out; false if it is no JSON, or no object. */
  scan(from: number, to: number): boolean {
    const { bytes } = this
    this.kinds.fill(ABSENT)
    let at = this.#blanks(from, to)
    if (at >= to || bytes[at] !== OPEN_OBJECT) return false
    at = this.#blanks(at + 1, to)
    if (at < to && bytes[at] === CLOSE_OBJECT) return this.#blanks(at + 1, to) === to
    for (let place = 0; ; place++) {
      if (at >= to || bytes[at] !== QUOTE) return false
      const met = this.#met[place]
      let field: number
      if (met !== undefined && this.#isKey(met.bytes, at + 1, to)) {
        field = met.field
        at += met.bytes.length + 2
      } else {
        const behind = this.#text(at + 1, to)
        if (behind === INVALID) return false
        field = this.#meet(place, at, behind)
        at = behind
      }
      at = this.#blanks(at, to)
      if (at >= to || bytes[at] !== COLON) return false
      at = this.#blanks(at + 1, to)
      const start = at
      at = this.#value(start, to)
      if (at === INVALID) return false
      if (field >= 0) this.#keep(field, start, at)
      at = this.#blanks(at, to)
      if (at >= to) return false
      if (bytes[at] === CLOSE_OBJECT) return this.#blanks(at + 1, to) === to
      if (bytes[at] !== COMMA) return false
      at = this.#blanks(at + 1, to)
    }
  }

  /** A text without its quotes and escapes; anything else as it is written. */
  text(field: number): string {
    const start = this.starts[field] as number
    const end = this.ends[field] as number
    const kind = this.kinds[field]
    if (kind === ESCAPED) return JSON.parse(this.bytes.toString('utf8', start - 1, end + 1)) as string
    return this.bytes.toString('utf8', start, end)
  }

  #isKey(key: Uint8Array, at: number, to: number): boolean {
    const { bytes } = this
    const { length } = key
    if (at + length >= to || bytes[at + length] !== QUOTE) return false
    for (let i = 0; i < length; i++) if (bytes[at + i] !== key[i]) return false
    return true
  }

  #meet(place: number, at: number, behind: number): number {
    const written = this.bytes.toString('utf8', at, behind)
    const name = this.#isEscaped ? (JSON.parse(written) as string) : written.slice(1, -1)
    const field = this.#names.get(name) ?? -1
    // in an object with ever new keys nothing would be met again
    if (!this.#isEscaped && place < MET_KEYS) this.#met[place] = { bytes: Buffer.from(name), field }
    return field
  }

  #keep(field: number, start: number, end: number): void {
    const first = this.bytes[start]
    const isText = first === QUOTE
    this.starts[field] = isText ? start + 1 : start
    this.ends[field] = isText ? end - 1 : end
    this.kinds[field] = isText
      ? this.#isEscaped
        ? ESCAPED
        : QUOTED
      : first === 0x74
        ? TRUE
        : first === 0x66
          ? FALSE
          : first === 0x6e
            ? NULL
            : first === OPEN_OBJECT || first === OPEN_ARRAY
              ? NESTED
              : NUMBER
  }

  #blanks(from: number, to: number): number {
    const { bytes } = this
    let at = from
    while (at < to) {
      const byte = bytes[at]
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a) break
      at++
    }
    return at
  }

  /** Behind the text whose characters begin here. */
  #text(from: number, to: number): number {
    const { bytes } = this
    this.#isEscaped = false
    for (let at = from; at < to; ) {
      const byte = bytes[at] as number
      if (TEXT_ENDS[byte] === 0) at++
      else if (byte === QUOTE) return at + 1
      else if (byte === BACKSLASH) {
        at = this.#escape(at + 1, to)
        if (at === INVALID) return INVALID
        this.#isEscaped = true
      } else return INVALID
    }
    return INVALID
  }

  #escape(at: number, to: number): number {
    const byte = at < to ? (this.bytes[at] as number) : 0
    if (byte !== 0x75) return SIMPLE_ESCAPES.includes(byte) ? at + 1 : INVALID
    if (at + 5 > to) return INVALID
    for (let i = at + 1; i < at + 5; i++) if (!isHex(this.bytes[i] as number)) return INVALID
    return at + 5
  }

  /** Behind the value that begins here, whatever it holds. */
  #value(from: number, to: number): number {
    const { bytes } = this
    const byte = from < to ? bytes[from] : 0
    if (byte === QUOTE) return this.#text(from + 1, to)
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return this.#nested(from, to)
    return this.#scalar(from, to)
  }

  #scalar(from: number, to: number): number {
    switch (this.bytes[from]) {
      case 0x74:
        return this.#literal(from, to, TRUE_BYTES)
      case 0x66:
        return this.#literal(from, to, FALSE_BYTES)
      case 0x6e:
        return this.#literal(from, to, NULL_BYTES)
      default:
        return this.#number(from, to)
    }
  }

  #literal(from: number, to: number, literal: Uint8Array): number {
    if (from + literal.length > to) return INVALID
    for (let i = 0; i < literal.length; i++) if (this.bytes[from + i] !== literal[i]) return INVALID
    return from + literal.length
  }

  #number(from: number, to: number): number {
    const { bytes } = this
    let at = from
    if (at < to && bytes[at] === 0x2d) at++
    const first = at
    at = this.#digits(at, to)
    if (at === first || (bytes[first] === 0x30 && at > first + 1)) return INVALID
    if (at < to && bytes[at] === 0x2e) {
      const point = at + 1
      at = this.#digits(point, to)
      if (at === point) return INVALID
    }
    if (at < to && ((bytes[at] as number) | 0x20) === 0x65) {
      at++
      if (at < to && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at++
      const exponent = at
      at = this.#digits(exponent, to)
      if (at === exponent) return INVALID
    }
    return at
  }

  #digits(from: number, to: number): number {
    const { bytes } = this
    let at = from
    while (at < to && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) at++
    return at
  }

  /** Behind an array or object, however deep: without recursion, which would end somewhere. */
  #nested(from: number, to: number): number {
    const { bytes } = this
    const open = this.#open
    open.length = 0
    for (let at = from; ; ) {
      // a value begins here
      const byte = at < to ? bytes[at] : 0
      if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        const close = byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY
        open.push(close)
        at = this.#blanks(at + 1, to)
        if (at >= to || bytes[at] !== close) {
          if (close === CLOSE_OBJECT) at = this.#key(at, to)
          if (at === INVALID) return INVALID
          continue
        }
      } else {
        at = byte === QUOTE ? this.#text(at + 1, to) : this.#scalar(at, to)
        if (at === INVALID) return INVALID
      }
      // a value, or the last one within, has ended before
      for (;;) {
        at = this.#blanks(at, to)
        if (at >= to) return INVALID
        const close = open.at(-1)
        if (bytes[at] === close) {
          open.pop()
          at++
          if (open.length === 0) return at
          continue
        }
        if (bytes[at] !== COMMA) return INVALID
        at = this.#blanks(at + 1, to)
        if (close === CLOSE_OBJECT) at = this.#key(at, to)
        if (at === INVALID) return INVALID
        break
      }
    }
  }

  /** Behind a key and its colon, where the value begins. */
  #key(from: number, to: number): number {
    if (from >= to || this.bytes[from] !== QUOTE) return INVALID
    let at = this.#text(from + 1, to)
    if (at === INVALID) return INVALID
    at = this.#blanks(at, to)
    return at < to && this.bytes[at] === COLON ? this.#blanks(at + 1, to) : INVALID
  }
}

/** Places of keys that are remembered. */
const MET_KEYS = 256
const SIMPLE_ESCAPES: Uint8Array = Buffer.from('"\\/bfnrt')
const TRUE_BYTES: Uint8Array = Buffer.from('true')
const FALSE_BYTES: Uint8Array = Buffer.from('false')
const NULL_BYTES: Uint8Array = Buffer.from('null')

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
}
