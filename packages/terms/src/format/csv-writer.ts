/** `formatCsv` and `writeCsv`: records as lines of CSV. `csv` reads them. */

import {
  BadInputError,
  type Context,
  compose,
  describe,
  InvalidOptionError,
  type KernelTerm,
  kernelTerm,
  messageOf,
  type Term,
} from '@millrace/core'
import { checkBoolean, checkOptions } from '../check.ts'
import {
  checkWriting,
  type PlacedLine,
  WRITE_OPTIONS,
  type WriteLinesOptions,
  writeLinesOf,
} from '../sink/write-lines.ts'
import { fieldOf } from '../source/as-record.ts'

/** Options of {@link formatCsv} and {@link writeCsv}. */
export interface FormatCsvOptions {
  /** The columns, in their order. Default: the names of the first record's fields. */
  readonly columns?: readonly string[]
  /** What is between two fields: one character. Default `,`. */
  readonly delimiter?: string
  /** Whether the names of the columns are the first line. Default true. */
  readonly header?: boolean
}

/**
 * Makes a line of CSV of each record, without a line end, with the names of the columns ahead: RFC 4180, but for `\n`
 * between lines. Fields are quoted where they must be.
 *
 * `null` and `undefined` are empty fields, dates are ISO texts, objects are JSON. Stateful: the names of the columns.
 * Without records there is a header only if `columns` are given. Holds nothing back, keeps the order.
 *
 * @throws {InvalidOptionError} if an option makes no sense. A record with a field that has no column fails the run with
 * a `BadInputError`: its value would be lost.
 *
 * @example
 * ```ts
 * import { formatCsv, fromIterable, toArray } from 'millrace/terms'
 *
 * const rows = fromIterable([{ city: 'Aachen, Germany', people: 249070 }])
 * console.log(await toArray(rows.pipe(formatCsv()))) // [ 'city,people', '"Aachen, Germany",249070' ]
 * ```
 */
export function formatCsv(
  options: FormatCsvOptions = {},
): KernelTerm<object, string, readonly string[] | undefined> {
  checkOptions('formatCsv', options, { columns: true, delimiter: true, header: true })
  return formatter(options, 'item') as KernelTerm<object, string, readonly string[] | undefined>
}

/** `heads` says what the names of the columns are: an item of their own, or part of the first one. */
function formatter(
  options: FormatCsvOptions,
  heads: 'item' | 'none',
  time?: (record: object) => number,
): KernelTerm<object, string | PlacedLine, readonly string[] | undefined> {
  const { columns, delimiter = ',', header = true } = options
  if (
    columns !== undefined &&
    !(Array.isArray(columns) && columns.every((name) => typeof name === 'string'))
  ) {
    throw new InvalidOptionError('columns of formatCsv()', columns, 'a list of names')
  }
  if (typeof delimiter !== 'string' || delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
    throw new InvalidOptionError(
      'delimiter of formatCsv()',
      delimiter,
      'one character, no quote and no line end',
    )
  }
  checkBoolean('header of formatCsv()', header)
  const line = (fields: readonly unknown[]): string => lineOf(fields, delimiter)
  const f = (
    record: object,
    ctx: Context<readonly string[] | undefined, string | PlacedLine>,
  ): string | PlacedLine => {
    if (typeof record !== 'object' || record === null) {
      throw new InvalidOptionError('An item of formatCsv()', record, 'a record')
    }
    let head: string | undefined
    if (ctx.state === undefined) {
      ctx.state = columns ?? Object.keys(record)
      if (header && columns === undefined) {
        head = line(ctx.state)
        if (heads === 'item') ctx.emit(head)
      }
    }
    const names = ctx.state
    for (const name of Object.keys(record)) {
      if (!names.includes(name)) {
        throw new BadInputError(
          `formatCsv() has no column ${JSON.stringify(name)} for ${describe(record)}. Name all columns with the option ` +
            'columns, or choose the fields in a map() before it.',
        )
      }
    }
    const text = line(names.map((name) => fieldOf(record, name)))
    if (heads === 'item' || (head === undefined && time === undefined)) return text
    return { line: text, head, at: time?.(record) }
  }
  return kernelTerm<object, string | PlacedLine, readonly string[] | undefined>(
    'formatCsv',
    { kind: 'apply', self: {}, f },
    {
      initialState: () => undefined,
      ...(heads === 'none' || !header || columns === undefined
        ? {}
        : {
            enter: (ctx: Context<readonly string[] | undefined, string | PlacedLine>) =>
              ctx.emit(line(columns)),
          }),
    },
  )
}

/**
 * Writes records to a CSV file; {@link formatCsv} and `writeLines` in one. The names of the columns are no item of the run. A file whose name ends in `.gz` is packed. It
 * takes its place only when it is complete, unless options of `writeLines` say otherwise.
 *
 * While it is being written, the terms before it are held back. With `roll` each file begins with the names of the columns,
 * and `roll.time` is given the record. With `append` a file that is there must begin with the same names.
 *
 * @throws {InvalidOptionError} as `formatCsv` and `writeLines`.
 *
 * @example
 * ```ts
 * import { rm } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { run } from 'millrace'
 * import { csv, fromIterable, toArray, writeCsv } from 'millrace/terms'
 *
 * const file = join(tmpdir(), `millrace-write-csv-${process.pid}.csv`)
 * await run(fromIterable([{ a: 'x "y"', b: 1 }]).pipe(writeCsv(file))).done
 * console.log(await toArray(csv(file))) // [ { a: 'x "y"', b: '1' } ]
 * await rm(file)
 * ```
 */
export function writeCsv<Item extends object = object>(
  file: string | URL,
  options: WriteCsvOptions<Item> = {},
): Term<Item, never> {
  checkOptions('writeCsv', options, { columns: true, delimiter: true, header: true, ...WRITE_OPTIONS })
  const { columns, delimiter = ',', header = true, append, flushMs, roll } = options
  const writing = checkWriting('writeCsv', file, { append, flushMs, roll } as WriteLinesOptions<never>)
  const formatted = formatter(options, 'none', roll?.time as ((record: object) => number) | undefined)
  const head = header && columns !== undefined ? lineOf(columns, delimiter) : undefined
  return compose('sequential', [formatted, writeLinesOf({ ...writing, head })])
}

/** Options of {@link writeCsv}: those of `formatCsv` and `writeLines`. */
export interface WriteCsvOptions<in Item extends object = object>
  extends FormatCsvOptions,
    WriteLinesOptions<Item> {}

function lineOf(fields: readonly unknown[], delimiter: string): string {
  const text = fields.map((field) => quoted(textOf(field), delimiter)).join(delimiter)
  // an empty line would not be read as a record
  return text === '' ? '""' : text
}

function textOf(field: unknown): string {
  if (field === null || field === undefined) return ''
  if (typeof field !== 'object') return String(field)
  try {
    return field instanceof Date ? field.toISOString() : JSON.stringify(field)
  } catch (cause) {
    throw new BadInputError(
      `A field of formatCsv() has no text: ${messageOf(cause)}. Convert it in a map() before it.`,
      { cause },
    )
  }
}

function quoted(text: string, delimiter: string): string {
  const needsQuotes = text.includes(delimiter) || /["\r\n]/.test(text) || text !== text.trim()
  return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text
}
