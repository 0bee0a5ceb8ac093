/** `lineParser`: records out of delimited lines. */

import {
  BadInputError,
  type Context,
  InvalidOptionError,
  type KernelTerm,
  kernelTerm,
  messageOf,
} from '@millrace/core'
import { checkBoolean, checkFunction, checkOptions } from '../check.ts'
import { isPlainRecord } from '../source/as-record.ts'
import { splitterOf } from './split-fields.ts'

/** Options of {@link lineParser}. */
export interface LineParserOptions {
  /** What is between two fields. Default `,`. */
  readonly delimiter?: string
  /** Names: `true`: those in the first line; a list of names; `false`: records are arrays. Default true. */
  readonly columns?: boolean | readonly string[]
  /** What begins a line that is a comment. Default: there are none. */
  readonly comment?: string
  /** What fields are quoted with; `false` if they never are. Default `"`. */
  readonly quote?: string | false
  /** Whether blanks around fields are left out. Default false. */
  readonly trim?: boolean
  /** Functions for the columns they name, one argument each: `{ price: Number }`. Default: fields stay text. */
  readonly cast?: Readonly<Record<string, (field: string) => unknown>>
}

/** The names of the columns once they are known, and the number of lines so far. */
export interface LineParserState {
  columns: string[] | undefined
  lines: number
}

/**
 * Makes records of delimited lines, such as those of CSV: plain objects, named by the first line unless `columns`
 * says otherwise.
 *
 * LogicSponge's LineParser, to go behind `lineSplitter`. For a whole CSV file `csv` is quicker, and lets fields span
 * lines, which here they cannot. Empty lines and comments are left out. Give the type of the records as
 * `lineParser<Row>()`; it is not checked. Stateful: the names of the columns. Keeps the order, holds nothing back.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A line whose fields do not match the columns, or
 * whose quotes are not in order, fails the run with a `BadInputError` that names the line.
 *
 * @example
 * ```ts
 * import { fromIterable, lineParser, toArray } from 'millrace/terms'
 *
 * const lines = fromIterable(['# cities', 'city;people', '"Aachen; Germany";249070'])
 * const rows = lines.pipe(lineParser({ delimiter: ';', comment: '#', cast: { people: Number } }))
 * console.log(await toArray(rows)) // [ { city: 'Aachen; Germany', people: 249070 } ]
 * ```
 */
export function lineParser(
  options: LineParserOptions & { readonly columns: false },
): KernelTerm<string, string[], LineParserState>
export function lineParser<Row = Record<string, string>>(
  options?: LineParserOptions,
): KernelTerm<string, Row, LineParserState>
export function lineParser(options: LineParserOptions = {}): KernelTerm<string, unknown, LineParserState> {
  checkOptions('lineParser', options, {
    delimiter: true,
    columns: true,
    comment: true,
    quote: true,
    trim: true,
    cast: true,
  })
  const { delimiter = ',', quote = '"', comment, trim = false, columns = true, cast } = options
  checkMark('delimiter', delimiter)
  if (quote !== false) checkMark('quote', quote)
  if (comment !== undefined) checkMark('comment', comment)
  checkBoolean('trim of lineParser()', trim)
  checkColumns(columns)
  const casts = castsOf(cast)
  const split = splitterOf({ delimiter, quote, trim })

  const f = (line: string, ctx: Context<LineParserState>): unknown => {
    const parsing = ctx.state
    parsing.lines++
    if (line.trim() === '' || (comment !== undefined && line.startsWith(comment))) return undefined
    try {
      const fields = split(line)
      if (columns === false) return fields
      if (parsing.columns !== undefined) return recordOf(parsing.columns, fields, casts)
      parsing.columns = distinct(fields)
      return undefined
    } catch (cause) {
      throw new BadInputError(`lineParser() cannot parse line ${parsing.lines}: ${messageOf(cause)}`, {
        cause,
      })
    }
  }
  return kernelTerm<string, unknown, LineParserState>(
    'lineParser',
    { kind: 'apply', self: {}, f },
    { initialState: () => ({ columns: Array.isArray(columns) ? [...columns] : undefined, lines: 0 }) },
  )
}

type Casts = readonly [column: string, f: (field: string) => unknown][]

function recordOf(columns: readonly string[], fields: readonly string[], casts: Casts): object {
  if (fields.length !== columns.length) {
    throw new BadInputError(
      `it has ${fields.length} fields for the ${columns.length} columns ${columns.join(', ')}.`,
    )
  }
  const record = Object.fromEntries(columns.map((column, i) => [column, fields[i] as unknown]))
  for (const [column, cast] of casts) {
    if (Object.hasOwn(record, column)) record[column] = cast(record[column] as string)
  }
  return record
}

function checkMark(option: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') {
    throw new InvalidOptionError(`${option} of lineParser()`, value, 'a string of one character or more')
  }
}

function checkColumns(columns: unknown): void {
  if (typeof columns === 'boolean') return
  if (!(Array.isArray(columns) && columns.every((name) => typeof name === 'string'))) {
    throw new InvalidOptionError('columns of lineParser()', columns, 'true, false or a list of names')
  }
  distinct(columns)
}

/** Of two columns of one name a record would hold only the last. */
function distinct(names: string[]): string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return names
  throw new BadInputError(
    `two columns are named ${JSON.stringify(twice)}. Use columns: false, which gives arrays.`,
  )
}

function castsOf(cast: LineParserOptions['cast'] = {}): Casts {
  if (!isPlainRecord(cast)) {
    throw new InvalidOptionError('cast of lineParser()', cast, 'a record of functions')
  }
  const casts = Object.entries(cast)
  for (const [column, f] of casts) checkFunction(`cast.${column} of lineParser`, f)
  return casts
}
