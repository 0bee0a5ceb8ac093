/** `csv`: a source of the records of a CSV file, parsed by csv-parse. */

import { BadInputError, type BatchSourceTerm, InvalidOptionError, messageOf } from '@millrace/core'
import type { Options } from 'csv-parse'
import { checkBoolean, checkEncoding, checkFunction, checkWhole } from '../check.ts'
import { pathOf } from '../path-of.ts'
import { isPlainRecord } from './as-record.ts'
import type { CastRecord } from './csv-records.ts'
import { FileSource } from './file-source.ts'
import { textChunks } from './text-chunks.ts'

/** How the fields of a CSV file become values: see {@link CsvOptions.cast}. */
export type CsvCast = boolean | Readonly<Record<string, (field: string) => unknown>>

/** Options of {@link csv}. */
export interface CsvOptions {
  /** What is between two fields. Default `,`. */
  readonly delimiter?: string
  /** Names: `true`: those in the first line; a list of names; `false`: records are arrays. Default true. */
  readonly columns?: boolean | readonly string[]
  /**
   * `true` turns fields that are decimal numbers into numbers; those with a leading zero or `+`, and whole
   * numbers too large to be exact, stay text: they are codes. A record of functions casts the columns it
   * names, one argument each (`{ price: Number }`). Default false: every field is a string.
   */
  readonly cast?: CsvCast
  /** What fields are quoted with; `false` if they never are. Default `"`. */
  readonly quote?: string | false
  /** What stands before a quote within a quoted field. Default: the quote itself. */
  readonly escape?: string
  /** What begins a comment. Default: there are none. */
  readonly comment?: string
  /** Whether blanks around fields are left out. Default false. */
  readonly trim?: boolean
  /**
   * Whether records may have fewer or more fields than there are columns. Default false: that is an error.
   */
  readonly ragged?: boolean
  /** Characters of one record at most: a quote that is never closed is found by it. Default 1,048,576. */
  readonly maxRecordChars?: number
  /** How the file's bytes are to be read. Default `utf8`. */
  readonly encoding?: BufferEncoding
}

/**
 * A source of the records of a CSV file: plain objects, named by the first line unless `columns` says
 * otherwise.
 *
 * Give the type of the records as `csv<Row>(file)`; it is not checked. A file whose name ends in `.gz` is
 * unpacked on the way; a byte order mark and empty lines are left out. The file is opened when the run
 * begins, parsed in chunks of 128 KiB only while there is room downstream, and closed as soon as nobody needs
 * more. Keeps the order.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A file that cannot be read or parsed fails
 * the run with a `BadInputError` that names the file and the line.
 *
 * @example
 * ```ts
 * import { rm, writeFile } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { csv, toArray } from 'millrace/terms'
 *
 * const file = join(tmpdir(), `millrace-csv-${process.pid}.csv`)
 * await writeFile(file, 'city,people\n"Aachen, Germany",249070\n')
 * const rows = await toArray(csv<{ city: string; people: number }>(file, { cast: true }))
 * console.log(rows) // [ { city: 'Aachen, Germany', people: 249070 } ]
 * await rm(file)
 * ```
 */
export function csv(
  file: string | URL,
  options: CsvOptions & { readonly columns: false },
): BatchSourceTerm<string[]>
export function csv<Row = Record<string, string>>(
  file: string | URL,
  options?: CsvOptions,
): BatchSourceTerm<Row>
export function csv(file: string | URL, options: CsvOptions = {}): BatchSourceTerm<unknown> {
  const path = pathOf('csv', file)
  return new Csv(path, parserOptions(options), castOf(options.cast ?? false))
}

class Csv extends FileSource<unknown> {
  override name = 'csv'
  readonly #options: Options
  readonly #cast: CastRecord

  constructor(path: string, options: Options, cast: CastRecord) {
    super(path)
    this.#options = options
    this.#cast = cast
  }

  protected override async *parse(
    chunks: AsyncIterable<Buffer>,
  ): AsyncGenerator<readonly unknown[], void, undefined> {
    // loaded only where it is used: every worker that loads this package would pay for it
    const { CsvRecords } = await import('./csv-records.ts')
    const records = new CsvRecords(this.path, this.#options, this.#cast)
    for await (const chunk of textChunks(this.path, chunks, this.#options.encoding)) {
      const complete = await records.push(chunk)
      if (complete.length > 0) yield complete
    }
    const rest = await records.end()
    if (rest.length > 0) yield rest
  }
}

function parserOptions(options: CsvOptions): Options {
  const { delimiter = ',', columns = true, quote = '"', comment, trim = false } = options
  const escaping = options.escape ?? (quote === false ? '"' : quote)
  const { ragged = false, maxRecordChars = 1024 * 1024, encoding = 'utf8' } = options
  checkMark('delimiter', delimiter)
  checkMark('escape', escaping)
  if (quote !== false) checkMark('quote', quote)
  if (comment !== undefined) checkMark('comment', comment)
  checkBoolean('trim of csv()', trim)
  checkBoolean('ragged of csv()', ragged)
  checkWhole('maxRecordChars of csv()', maxRecordChars, 1)
  checkEncoding('encoding of csv()', encoding)
  return {
    delimiter,
    columns: columnsOf(columns),
    quote: quote === false ? null : quote,
    escape: escaping,
    comment: comment ?? null,
    trim,
    relax_column_count: ragged,
    max_record_size: maxRecordChars,
    encoding,
    bom: true,
    skip_empty_lines: true,
  }
}

function checkMark(option: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') {
    throw new InvalidOptionError(`${option} of csv()`, value, 'a string of one character or more')
  }
}

function columnsOf(columns: boolean | readonly string[]): false | string[] | ((names: string[]) => string[]) {
  if (columns === false) return false
  if (columns === true) return distinct
  if (Array.isArray(columns) && columns.every((name) => typeof name === 'string'))
    return distinct([...columns])
  throw new InvalidOptionError('columns of csv()', columns, 'true, false or a list of names')
}

/** Of two columns of one name a record would hold only the last. */
function distinct(names: string[]): string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return names
  throw new BadInputError(
    `two columns are named ${JSON.stringify(twice)}. Read the file with columns: false, which gives arrays.`,
  )
}

function castOf(cast: CsvCast): CastRecord {
  if (cast === false) return undefined
  if (cast === true) return castNumbers
  if (!isPlainRecord(cast))
    throw new InvalidOptionError('cast of csv()', cast, 'true, false or a record of functions')
  const casts = Object.entries(cast)
  for (const [column, f] of casts) checkFunction(`cast.${column} of csv`, f)
  return (record) => {
    for (const [column, f] of casts) {
      const field = record[column]
      if (typeof field === 'string') record[column] = castField(column, field, f)
    }
  }
}

function castField(column: string, field: string, f: (field: string) => unknown): unknown {
  try {
    return f(field)
  } catch (cause) {
    throw new BadInputError(`cast.${column} failed on ${JSON.stringify(field)}: ${messageOf(cause)}`, {
      cause,
    })
  }
}

const DECIMAL = /^-?(?:0|[1-9]\d*)?(\.\d+)?([eE][+-]?\d+)?$/

function castNumbers(record: Record<string, unknown>): void {
  for (const column in record) {
    const field = record[column]
    if (typeof field === 'string') record[column] = numberOr(field)
  }
}

function numberOr(field: string): string | number {
  // a quick look at the first character spares most text the expression
  const first = field.charCodeAt(0)
  if (!(first <= 0x39)) return field
  const parts = DECIMAL.exec(field)
  if (parts === null) return field
  const value = Number(field)
  const isExact = parts[1] !== undefined || parts[2] !== undefined || Number.isSafeInteger(value)
  return isExact && Number.isFinite(value) ? value : field
}
