/**
 * `CsvParser`: records out of bytes that come in pieces. Made by the sources of CSV, one per reading. What it carries from
 * one piece to the next is plain data ({@link CsvProgress}), so that a term can keep it as its state.
 */

import { isDeepStrictEqual } from 'node:util'
import { BadInputError, messageOf } from '@millrace/core'
import type { FieldSpec, Fields } from '../source/fields.ts'
import type { CsvCast } from './cast.ts'
import { CastReader, type ColumnReader, GuessReader, TextReader } from './column-readers.ts'
import { type CsvFormat, checkDistinct, REST } from './format.ts'
import { BYTE_ORDER_MARK, CsvFault, INCOMPLETE, RecordScanner } from './record-scanner.ts'
import { type Row, type RowColumn, rowOf } from './row.ts'
import { missing, typedReader } from './typed-readers.ts'

/** What records have: all columns, cast, or these fields. */
export interface CsvValues {
  readonly cast?: CsvCast | undefined
  readonly fields?: Fields<string> | undefined
}

/** How far the parser is. */
export interface CsvProgress {
  /** The record that has begun. */
  rest: Uint8Array
  /** The line on which it begins, from 1 on. */
  line: number
  /** The names of the columns, once they are known. */
  names: readonly string[] | undefined
  /** The names that the file before had; this one must have the same. */
  namesBefore?: readonly string[] | undefined
  /** Fields that a record must have, once that is known. */
  width: number | undefined
  /** Whether any byte has come: a byte order mark can only be before it. */
  isBegun: boolean
}

/** Nothing parsed yet. */
export function csvBegin(format: CsvFormat): CsvProgress {
  const names = Array.isArray(format.columns) ? [...format.columns] : undefined
  return { rest: Buffer.alloc(0), line: 1, names, width: names?.length, isBegun: false }
}

/** Another file begins, with the names of the columns, if they are in the file. */
export function csvNextFile(format: CsvFormat, progress: CsvProgress): void {
  Object.assign(progress, { rest: Buffer.alloc(0), line: 1, isBegun: false })
  if (format.columns !== true) return
  progress.namesBefore = progress.names ?? progress.namesBefore
  progress.names = undefined
}

/** A column that records have. */
interface Column extends RowColumn {
  /** What it is wanted as, if it is one of `fields`. */
  readonly spec?: FieldSpec<string>
}

/** One reading of CSV. */
export class CsvParser {
  readonly progress: CsvProgress
  readonly #format: CsvFormat
  readonly #cast: CsvCast
  readonly #fields: Fields<string> | undefined
  readonly #scanner: RecordScanner
  readonly #readers = new Map<number, ColumnReader>()
  #columns: readonly Column[] | undefined
  #row: Row<RecordScanner> | undefined

  /** Goes on from `progress`, which it changes. With `fields`, records have these and no others. */
  constructor(format: CsvFormat, values: CsvValues, progress: CsvProgress) {
    this.#format = format
    this.#cast = values.cast ?? false
    this.#fields = values.fields
    this.progress = progress
    this.#scanner = new RecordScanner(format)
  }

  /**
   * The records that are complete with this piece; with `isLast`, all that are left. They are added to `records`, also
   * those before a fault.
   *
   * @throws {CsvFault} naming the line.
   */
  push(piece: Buffer, isLast: boolean, records: unknown[]): void {
    const { progress } = this
    const scanner = this.#scanner
    let bytes = progress.rest.length === 0 ? piece : Buffer.concat([progress.rest, piece])
    if (!progress.isBegun) {
      if (bytes.length < BYTE_ORDER_MARK.length && !isLast) {
        progress.rest = Buffer.from(bytes)
        return
      }
      progress.isBegun = true
      if (RecordScanner.start(bytes) > 0) bytes = this.#withoutMark(bytes)
    }
    scanner.take(bytes)
    scanner.line = progress.line
    let at = 0
    for (;;) {
      const behind = scanner.next(at, isLast)
      if (behind === INCOMPLETE) break
      if (scanner.count === 0) break
      this.#found(records)
      at = behind
    }
    // a copy: the rest must not keep the whole piece in memory
    progress.rest = Buffer.from(bytes.subarray(scanner.begin))
    progress.line = scanner.line
  }

  #withoutMark(bytes: Buffer): Buffer {
    if (!this.#format.isLatin1) return bytes.subarray(BYTE_ORDER_MARK.length)
    throw new CsvFault(
      1,
      'it begins with the byte order mark of UTF-8, but encoding says otherwise. Leave encoding out.',
    )
  }

  #found(records: unknown[]): void {
    const scanner = this.#scanner
    const { progress } = this
    if (progress.names === undefined && this.#format.columns === true) {
      this.#name(scanner.texts())
      return
    }
    progress.width ??= scanner.count
    const isOther = scanner.count !== progress.width
    if (isOther && !this.#format.ragged) throw this.#otherWidth(progress.width)
    this.#row ??= this.#makeRow()
    const row = isOther && progress.names !== undefined ? this.#raggedRow : this.#row
    try {
      records.push(row(scanner))
    } catch (cause) {
      throw this.#fault(messageOf(cause), cause)
    }
  }

  #fault(reason: string, cause?: unknown): CsvFault {
    return new CsvFault(this.#scanner.endLine, reason, cause === undefined ? undefined : { cause })
  }

  #name(names: string[]): void {
    try {
      checkDistinct(names, 'Read the file with columns: false, which gives arrays.')
    } catch (cause) {
      throw this.#fault(messageOf(cause), cause)
    }
    const { namesBefore } = this.progress
    if (namesBefore !== undefined && !isDeepStrictEqual(names, namesBefore)) {
      throw this.#fault(
        `it begins with ${shown(names)}, and the file before with the columns ${shown(namesBefore)}. If only the first ` +
          'file names the columns, give their names as columns.',
      )
    }
    this.progress.names = names
    this.progress.width = names.length
  }

  #otherWidth(width: number): CsvFault {
    const { names } = this.progress
    const seen = `it has ${count(this.#scanner.count, 'field')}`
    const expected =
      names === undefined
        ? `where the first record has ${width}`
        : `for the ${count(width, 'column')} ${shown(names)}`
    return this.#fault(`${seen} ${expected}. If records may be longer or shorter, say ragged: true.`)
  }

  #makeRow(): Row<RecordScanner> {
    const { names } = this.progress
    if (names === undefined) return this.#arrayRow
    const columns = (this.#columns ??= this.#findColumns(names))
    return rowOf(columns)
  }

  /** The columns that records have. */
  #findColumns(names: readonly string[]): readonly Column[] {
    const fields = this.#fields
    if (fields === undefined) return names.map((name, at) => ({ name, at, reader: this.#reader(at) }))
    return Object.entries(fields).map(([name, spec]) => {
      const at = names.indexOf(name)
      if (at >= 0) return { name, at, reader: typedReader(name, spec), spec }
      throw this.#fault(`it has no column ${JSON.stringify(name)}; its columns are ${shown(names)}.`)
    })
  }

  #arrayRow: Row<RecordScanner> = (record) => {
    const fields: unknown[] = []
    for (let field = 0; field < record.count; field++) fields.push(this.#reader(field).read(record, field))
    return fields
  }

  #raggedRow: Row<RecordScanner> = (record) => {
    const names = this.progress.names as readonly string[]
    const row: Record<string, unknown> = {}
    for (const { name, at, reader, spec } of this.#columns as readonly Column[]) {
      if (at < record.count) define(row, name, reader.read(record, at))
      else if (spec !== undefined) define(row, name, missing(name, spec))
    }
    if (record.count <= names.length) return row
    if (names.includes(REST)) {
      throw new BadInputError(
        `it has more fields than columns, and they cannot be kept in ${REST}, which is a column. Rename that column.`,
      )
    }
    row[REST] = record.texts().slice(names.length)
    return row
  }

  #reader(field: number): ColumnReader {
    let reader = this.#readers.get(field)
    if (reader === undefined) {
      reader = this.#makeReader(this.progress.names?.[field] ?? String(field))
      this.#readers.set(field, reader)
    }
    return reader
  }

  #makeReader(column: string): ColumnReader {
    const cast = this.#cast
    if (cast === true) return new GuessReader()
    if (cast === false || !Object.hasOwn(cast, column)) return new TextReader()
    return new CastReader(column, cast[column] as (field: string) => unknown)
  }
}

const SHOWN_NAMES = 20

function shown(names: readonly string[]): string {
  return names.slice(0, SHOWN_NAMES).join(', ') + (names.length > SHOWN_NAMES ? ', …' : '')
}

function count(n: number, what: string): string {
  return n === 1 ? `1 ${what}` : `${n} ${what}s`
}

function define(row: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(row, name, { value, enumerable: true, writable: true, configurable: true })
}
