/**
 * `RecordScanner`: finds the fields of CSV records among bytes. Called by `CsvParser`, `lineParser` and the splitter of
 * files. It makes no text of fields that nobody asks for, and never looks past the bytes it was given.
 *
 * Works on UTF-8 and Latin-1 alike: in both, a byte below 128 is nothing but its character, and the bytes of a longer
 * mark are found nowhere but where the mark is.
 */

import { isAscii } from 'node:buffer'
import type { CsvFormat } from './format.ts'

const LF = 0x0a
const CR = 0x0d

/** Of UTF-8; may stand before the first record. */
export const BYTE_ORDER_MARK: Buffer = Buffer.from('\ufeff')

/** `next` returns it if the record needs bytes that have not come yet. */
export const INCOMPLETE = -1

/** How a field is written: bare; in quotes; in quotes with escapes; bare, with blanks beyond ASCII around it. */
export const PLAIN = 0
export const QUOTED = 1
export const ESCAPED = 2
export const PADDED = 3

/** Shorter slices of a string are copies; longer ones would keep the whole chunk in memory. */
const COPIED_CHARS = 12

/** Of UTF-8. */
const MAX_CHARACTER_BYTES = 4

/** What is wrong with a record. */
export class CsvFault extends Error {
  /** The line on which it was found, from 1 on. */
  readonly line: number
  /** The line on which the quote stands that is never closed, if it is another. */
  readonly openedAt: number | undefined

  constructor(line: number, reason: string, options: ErrorOptions & { readonly openedAt?: number } = {}) {
    super(reason, options)
    this.line = line
    this.openedAt = options.openedAt
  }
}

type Marks = Omit<CsvFormat, 'columns' | 'ragged' | 'encoding'>

/** Walks over the records of one piece of bytes after the other. Fields are those of the record found last. */
export class RecordScanner {
  /** Where each field begins and ends among the bytes, and how it is written; the first `count` are the record's. */
  starts: Int32Array = new Int32Array(32)
  ends: Int32Array = new Int32Array(32)
  kinds: Uint8Array = new Uint8Array(32)
  count = 0
  bytes: Buffer = Buffer.alloc(0)
  /** Where the record begins that was found last, or that is incomplete, and its line. */
  begin = 0
  beginLine = 1
  /** The line that goes on at the place where the next record is looked for, from 1 on. */
  line = 1
  /** The line on which the record ends that was found last. */
  endLine = 1

  readonly #delimiter: Uint8Array
  readonly #quote: Uint8Array | undefined
  readonly #escape: Uint8Array
  readonly #comment: Uint8Array | undefined
  readonly #trims: boolean
  readonly #maxRecordChars: number
  readonly #isLatin1: boolean
  readonly #escapesItself: boolean
  /** Bytes of the longest mark, and of a character at least. */
  readonly #longestMark: number
  /** 1 for bytes that may mean something outside of quotes, and within them. */
  readonly #outside = new Uint8Array(256)
  readonly #within = new Uint8Array(256)
  #isAscii = true
  #text: string | undefined
  #scratch = Buffer.alloc(0)

  constructor(format: Marks) {
    const { delimiter, quote, comment } = format
    const marks = [delimiter, quote, format.escape, comment]
    this.#delimiter = delimiter
    this.#quote = quote
    this.#escape = format.escape
    this.#comment = comment
    this.#trims = format.trim
    this.#isLatin1 = format.isLatin1
    this.#maxRecordChars = format.maxRecordChars
    this.#escapesItself = quote !== undefined && Buffer.compare(quote, format.escape) === 0
    this.#longestMark = Math.max(MAX_CHARACTER_BYTES, ...marks.map((mark) => mark?.length ?? 0))
    for (const mark of [delimiter, quote, comment])
      if (mark !== undefined) this.#outside[mark[0] as number] = 1
    for (const mark of [quote, format.escape]) if (mark !== undefined) this.#within[mark[0] as number] = 1
    for (const table of [this.#outside, this.#within]) table[LF] = table[CR] = 1
  }

  /** The byte at which the first record of a file may begin, given the first three of it. */
  static start(bytes: Buffer): number {
    return bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0
  }

  /** The bytes in which `next` looks. */
  take(bytes: Buffer): void {
    this.bytes = bytes
    this.#text = undefined
    this.#isAscii = isAscii(bytes)
  }

  /**
   * Looks for a record from a byte on, and returns the byte behind it; `count` is 0 if none is left, as behind empty
   * lines. If nothing comes after these bytes (`isLast`), a record needs no line end.
   *
   * @throws {CsvFault} for quotes that are not in order.
   */
  next(from: number, isLast: boolean): number {
    this.count = 0
    let behind = this.#skipEmpty(from, isLast)
    if (behind !== INCOMPLETE && behind < this.bytes.length) behind = this.#scan(behind, isLast)
    if (behind === INCOMPLETE) {
      this.line = this.beginLine
      this.count = 0
    }
    this.#checkSize(behind === INCOMPLETE ? this.bytes.length : behind)
    return behind
  }

  /** The bytes may be more than the characters. */
  #checkSize(end: number): void {
    const max = this.#maxRecordChars
    if (end - this.begin <= max) return
    const text = this.bytes.toString(this.#isLatin1 ? 'latin1' : 'utf8', this.begin, end)
    if (text.length <= max) return
    throw new CsvFault(
      this.beginLine + (text.slice(0, max).match(/\r\n|\r|\n/g)?.length ?? 0),
      `a record has more than ${max} characters. Is a quote never closed? If not, raise maxRecordChars.`,
    )
  }

  /** Passes over empty lines and lines of comment. `begin` is the line that is neither. */
  #skipEmpty(from: number, isLast: boolean): number {
    const { bytes } = this
    const { length } = bytes
    for (let at = from; ; ) {
      this.begin = at
      this.beginLine = this.line
      if (at >= length) return at
      let behind = this.#trims ? this.#behindBlanks(at) : at
      if (behind < length && this.#isMark(this.#comment, behind)) {
        behind = this.#lineEnd(behind)
        this.#checkSize(behind)
      } else if (behind === at && bytes[at] !== LF && bytes[at] !== CR) return at
      if (behind >= length) {
        if (!isLast) return INCOMPLETE
        at = behind
        continue
      }
      if (bytes[behind] !== LF && bytes[behind] !== CR) return at
      at = this.#behindBreak(behind, isLast)
      if (at === INCOMPLETE) return INCOMPLETE
      this.line++
    }
  }

  #scan(from: number, isLast: boolean): number {
    const { bytes } = this
    const { length } = bytes
    const outside = this.#outside
    const delimiter = this.#delimiter
    const delimiterLength = delimiter.length
    const quote = this.#quote === undefined ? -1 : (this.#quote[0] as number)
    for (let at = from; ; ) {
      const start = this.#trims ? this.#behindBlanks(at) : at
      if (start < length && bytes[start] === quote && this.#isMark(this.#quote, start)) {
        at = this.#scanQuoted(start, isLast)
        if (at === INCOMPLETE) return INCOMPLETE
      } else {
        at = start
        for (;;) {
          while (at < length && outside[bytes[at] as number] === 0) at++
          if (at >= length || this.#ends(at, start)) break
          at++
        }
        this.#add(start, at)
      }
      // behind a field
      this.endLine = this.line
      if (at >= length) return isLast ? length : INCOMPLETE
      const byte = bytes[at]
      if (byte === LF || byte === CR) {
        const behind = this.#behindBreak(at, isLast)
        if (behind !== INCOMPLETE) this.line++
        return behind
      }
      if (byte === delimiter[0] && !this.#isMark(this.#comment, at)) {
        at += delimiterLength
        continue
      }
      at = this.#lineEnd(at)
      if (at >= length) return isLast ? length : INCOMPLETE
      const behind = this.#behindBreak(at, isLast)
      if (behind !== INCOMPLETE) this.line++
      return behind
    }
  }

  /** Whether a field that is not in quotes ends here. */
  #ends(at: number, start: number): boolean {
    const byte = this.bytes[at]
    if (byte === LF || byte === CR) return true
    if (this.#isMark(this.#quote, at)) throw this.#strayQuote(start, at)
    return this.#isMark(this.#delimiter, at) || this.#isMark(this.#comment, at)
  }

  /** Where what comes behind a quoted field begins. */
  #scanQuoted(from: number, isLast: boolean): number {
    const { bytes } = this
    const { length } = bytes
    const within = this.#within
    const quote = this.#quote as Uint8Array
    const escaping = this.#escape
    const openedAt = this.line
    const start = from + quote.length
    let kind = QUOTED
    let at = start
    for (;;) {
      while (at < length && within[bytes[at] as number] === 0) at++
      if (at >= length) break
      const byte = bytes[at]
      if (byte === LF || byte === CR) {
        at += byte === CR && bytes[at + 1] === LF ? 2 : 1
        this.line++
      } else if (!this.#escapesItself && this.#isMark(escaping, at) && at + escaping.length < length) {
        kind = ESCAPED
        at += escaping.length
        // a line break that is escaped is still one
        if (bytes[at] !== LF && bytes[at] !== CR) at++
      } else if (this.#isMark(quote, at)) {
        if (!(this.#escapesItself && this.#isMark(quote, at + quote.length))) break
        kind = ESCAPED
        at += 2 * quote.length
      } else at++
    }
    if (at >= length) {
      if (!isLast) return INCOMPLETE
      const last = bytes[length - 1]
      const line = last === LF || last === CR ? this.line - 1 : this.line
      const reason = `the quote that opens field ${this.count + 1} is never closed. ${NO_QUOTES}`
      throw new CsvFault(line, reason, line === openedAt ? {} : { openedAt })
    }
    const end = at
    at += quote.length
    if (this.#trims) at = this.#behindBlanks(at)
    if (at >= length ? !isLast : !this.#isBoundary(at, isLast)) return INCOMPLETE
    this.#add(start, end, kind)
    return at
  }

  /** Whether a quoted field may end before this byte; false as long as it is not known. */
  #isBoundary(at: number, isLast: boolean): boolean {
    const { bytes } = this
    if (bytes[at] === LF || bytes[at] === CR) return true
    if (this.#isMark(this.#delimiter, at) || this.#isMark(this.#comment, at)) return true
    if (!isLast && bytes.length - at < this.#longestMark) return false
    const [seen = ''] = bytes.toString(this.#isLatin1 ? 'latin1' : 'utf8', at, at + MAX_CHARACTER_BYTES)
    throw new CsvFault(
      this.line,
      `${JSON.stringify(seen)} stands behind the quote that closes field ${this.count + 1}, where a delimiter or the ` +
        `end of the line should be. ${NO_QUOTES}`,
    )
  }

  #strayQuote(start: number, at: number): CsvFault {
    const value = JSON.stringify(this.#decode(start, at))
    return new CsvFault(
      this.line,
      `a quote stands within field ${this.count + 1}, which begins with ${value} and not with a quote. ${NO_QUOTES}`,
    )
  }

  #add(start: number, end: number, kind: number = PLAIN): void {
    if (kind === PLAIN && this.#trims) {
      while (end > start && isBlank(this.bytes[end - 1] as number)) end--
      if (end > start && ((this.bytes[start] as number) | (this.bytes[end - 1] as number)) > 0x7f)
        kind = PADDED
    }
    const { count } = this
    if (count === this.starts.length) this.#grow()
    this.starts[count] = start
    this.ends[count] = end
    this.kinds[count] = kind
    this.count = count + 1
  }

  #grow(): void {
    const { starts, ends, kinds } = this
    this.starts = new Int32Array(2 * starts.length)
    this.ends = new Int32Array(2 * starts.length)
    this.kinds = new Uint8Array(2 * starts.length)
    this.starts.set(starts)
    this.ends.set(ends)
    this.kinds.set(kinds)
  }

  #isMark(mark: Uint8Array | undefined, at: number): boolean {
    if (mark === undefined || this.bytes[at] !== mark[0]) return false
    for (let i = 1; i < mark.length; i++) if (this.bytes[at + i] !== mark[i]) return false
    return true
  }

  #behindBlanks(from: number): number {
    const { bytes } = this
    let at = from
    while (at < bytes.length && isBlank(bytes[at] as number) && !this.#isMark(this.#delimiter, at)) at++
    return at
  }

  #lineEnd(from: number): number {
    const { bytes } = this
    let at = from
    while (at < bytes.length && bytes[at] !== LF && bytes[at] !== CR) at++
    return at
  }

  /** Behind the line break that begins here; whether `\r` is all of it may not be known yet. */
  #behindBreak(at: number, isLast: boolean): number {
    if (this.bytes[at] === LF) return at + 1
    if (at + 1 < this.bytes.length) return this.bytes[at + 1] === LF ? at + 2 : at + 1
    return isLast ? at + 1 : INCOMPLETE
  }

  /** A field as text. */
  text(field: number): string {
    const start = this.starts[field] as number
    const end = this.ends[field] as number
    const kind = this.kinds[field]
    if (kind === PLAIN || kind === QUOTED) return this.#decode(start, end)
    return kind === PADDED ? this.#decode(start, end).trim() : this.#unescape(start, end)
  }

  /** All fields as texts. */
  texts(): string[] {
    const texts: string[] = []
    for (let field = 0; field < this.count; field++) texts.push(this.text(field))
    return texts
  }

  /** The bytes of a range as text, and of its own: it must not keep the chunk in memory. */
  #decode(start: number, end: number): string {
    const length = end - start
    if (length === 0) return ''
    const isOneByte = this.#isAscii || this.#isLatin1 || (length <= 64 && this.#isAsciiRange(start, end))
    if (!isOneByte) return this.bytes.toString('utf8', start, end)
    if (length > COPIED_CHARS) return this.bytes.toString('latin1', start, end)
    this.#text ??= this.bytes.toString('latin1')
    return this.#text.slice(start, end)
  }

  #isAsciiRange(start: number, end: number): boolean {
    const { bytes } = this
    for (let at = start; at < end; at++) if ((bytes[at] as number) > 0x7f) return false
    return true
  }

  /** What is written with escapes, gathered without them: pieces of text would cost more than their bytes. */
  #unescape(start: number, end: number): string {
    const { bytes } = this
    const escaping = this.#escape
    if (this.#scratch.length < end - start) this.#scratch = Buffer.allocUnsafeSlow(2 * (end - start))
    const scratch = this.#scratch
    let length = 0
    for (let at = start; at < end; ) {
      if (this.#isMark(escaping, at)) {
        at += escaping.length
        // what is escaped is no escape
        for (let i = 1; i < escaping.length && this.#escapesItself; i++) {
          scratch[length++] = bytes[at++] as number
        }
      }
      scratch[length++] = bytes[at++] as number
    }
    return scratch.toString(this.#isLatin1 || this.#isAscii ? 'latin1' : 'utf8', 0, length)
  }
}

const NO_QUOTES = 'If quotes mean nothing in this file, say quote: false.'

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0b || byte === 0x0c
}
