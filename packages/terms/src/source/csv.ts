/** `csv`: a source of the records of a CSV file. */

import { type BatchSourceTerm, InvalidOptionError, type SplitRequest } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { bytewise } from '../csv/bytewise.ts'
import { type CsvCast, checkCast } from '../csv/cast.ts'
import { type CsvFormat, type CsvFormatOptions, csvFormat } from '../csv/format.ts'
import { type CsvValues, csvBegin } from '../csv/parser.ts'
import { csvRecords } from '../csv/records.ts'
import { pathOf } from '../path-of.ts'
import { type CsvRange, csvRanges, isSplittable, readCsvRange } from './csv-split.ts'
import { checkFields, type FieldRecord, type Fields } from './fields.ts'
import { FileSource } from './file-source.ts'
import { splitBytesOf } from './file-splits.ts'

export type { CsvCast } from '../csv/cast.ts'
export type { CsvFormatOptions } from '../csv/format.ts'
export type { FieldRecord, FieldSpec, Fields, FieldType } from './fields.ts'

/** Options of {@link csv}. */
export interface CsvOptions extends CsvFormatOptions {
  /**
   * `true` turns fields that are decimal numbers into numbers; those with a leading zero or `+`, and whole
   * numbers too large to be exact, stay text: they are codes. A record of functions casts the columns it
   * names, one argument each (`{ price: Number }`). Default false: every field is a string.
   */
  readonly cast?: CsvCast
  /** Bytes of a split, where workers read the file. Default: 64 KiB to 1 MiB, by the file's size. */
  readonly splitBytes?: number
}

/** Options of {@link csv} that say which fields are wanted. */
export interface CsvFieldsOptions<Wanted extends Fields<string>> extends CsvFormatOptions {
  /**
   * The fields that records have, and their types: `{ path: 'string', status: 'number', at: 'date' }`. Only these
   * columns are parsed, which is several times as fast; the others may be anything. A `?` behind a type says that the
   * field may be empty, and is `null` then. A function is given the text. A value that is not of its type fails the run.
   */
  readonly fields: Wanted
  /** Bytes of a split, where workers read the file. Default: 64 KiB to 1 MiB, by the file's size. */
  readonly splitBytes?: number
}

/**
 * A source of the records of a CSV file: plain objects, named by the first line unless `columns` says
 * otherwise.
 *
 * Give the type of the records as `csv<Row>(file)`; it is not checked. With `fields`, which is several times as fast, it
 * follows from the fields named, and is checked. A line ends with `\n`, `\r\n` or `\r`, each
 * wherever it likes; a line break that is part of a field stands in quotes. A file whose name ends in `.gz` is
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
 * console.log(await toArray(csv(file, { fields: { people: 'number' } }))) // [ { people: 249070 } ]
 * await rm(file)
 * ```
 */
export function csv(
  file: string | URL,
  options: CsvOptions & { readonly columns: false },
): BatchSourceTerm<string[]>
export function csv<const Wanted extends Fields<string>>(
  file: string | URL,
  options: CsvFieldsOptions<Wanted>,
): BatchSourceTerm<FieldRecord<Wanted>>
export function csv<Row = Record<string, string>>(
  file: string | URL,
  options?: CsvOptions,
): BatchSourceTerm<Row>
export function csv(
  file: string | URL,
  options: CsvOptions & { readonly fields?: Fields<string> } = {},
): BatchSourceTerm<unknown> {
  checkOptions('csv', options, {
    cast: true,
    splitBytes: true,
    delimiter: true,
    columns: true,
    quote: true,
    escape: true,
    comment: true,
    trim: true,
    ragged: true,
    maxRecordChars: true,
    encoding: true,
    fields: true,
  })
  const path = pathOf('csv', file)
  const { splitBytes } = options
  if (splitBytes !== undefined) checkWhole('splitBytes of csv()', splitBytes, 1)
  return new Csv(path, csvFormat('csv', options), valuesOf(options), splitBytes)
}

function valuesOf(options: CsvOptions & { readonly fields?: Fields<string> }): CsvValues {
  const { cast, fields, columns } = options
  if (fields === undefined) return { cast: checkCast('csv', cast) }
  const wanted = checkFields('csv', fields)
  if (cast !== undefined)
    throw new InvalidOptionError('cast of csv()', cast, 'left out where fields are given')
  if (columns === false) {
    throw new InvalidOptionError(
      'columns of csv()',
      columns,
      'true or a list of names where fields are given',
    )
  }
  for (const name of Object.keys(wanted)) {
    if (!Array.isArray(columns) || columns.includes(name)) continue
    throw new InvalidOptionError(`fields.${name} of csv()`, name, `one of the columns ${columns.join(', ')}`)
  }
  return { fields: wanted }
}

class Csv extends FileSource<unknown> {
  override name = 'csv'
  readonly #format: CsvFormat
  readonly #values: CsvValues

  readonly #splitBytes: number | undefined

  constructor(path: string, format: CsvFormat, values: CsvValues, splitBytes: number | undefined) {
    super(path)
    this.#format = format
    this.#values = values
    this.#splitBytes = splitBytes
  }

  override splits(request: SplitRequest): AsyncIterable<CsvRange> | undefined {
    if (!isSplittable(this.path, this.#format)) return undefined
    const bytes = splitBytesOf(this.path, request, this.#splitBytes)
    return bytes === undefined ? undefined : csvRanges(this.path, this.#format, bytes)
  }

  override openSplit(range: CsvRange): readonly unknown[] {
    const records: unknown[] = []
    readCsvRange(this.path, this.#format, this.#values, range, records)
    return records
  }

  protected override parse(
    chunks: AsyncIterable<Buffer>,
  ): AsyncGenerator<readonly unknown[], void, undefined> {
    const format = this.#format
    const bytes = bytewise(this.path, chunks, format.encoding)
    return csvRecords(this.path, bytes, format, this.#values, csvBegin(format))
  }
}
