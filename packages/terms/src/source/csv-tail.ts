/** `csvTail`: the records of a CSV file that grows. */

import { BadInputError, type Context, type KernelTerm, kernelTerm, type Term } from '@millrace/core'
import { checkOptions } from '../check.ts'
import { checkCast } from '../csv/cast.ts'
import { csvFormat } from '../csv/format.ts'
import { invalidCsv } from '../csv/invalid-csv.ts'
import { CsvParser, type CsvProgress, csvBegin, csvNextFile } from '../csv/parser.ts'
import { CsvFault } from '../csv/record-scanner.ts'
import { utf8Of } from '../format/well-formed.ts'
import { pathOf } from '../path-of.ts'
import { FOLLOW_OPTIONS } from '../tail/following.ts'
import type { CsvOptions } from './csv.ts'
import { type FileTailOptions, textTail } from './file-tail.ts'

/** Options of {@link csvTail}: those of `csv` and `fileTail`. */
export interface CsvTailOptions extends FileTailOptions, CsvOptions {}

/**
 * A source of the records of a CSV file from its start on, that goes on as the file grows.
 *
 * LogicSponge's CSVStreamer. Reads as `fileTail`, parses as `csv`, and has the options of both. A record whose line has
 * no end yet, or whose quotes are still open, is not a record yet, unless the stream ends. Give the type of the records
 * as `csvTail<Row>(file)`; it is not checked. Reads while there is room downstream; keeps the order. Stateful: the record
 * that has begun, up to `maxRecordChars`. With `follow: 'name'`, a file that takes the place of a renamed one names the same
 * columns in its first line again, unless they are given as `columns`; one that was cut goes on without.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A file that cannot be read, was cut or replaced, or
 * is no valid CSV, fails the run with a `BadInputError`.
 *
 * @example
 * ```ts
 * import { appendFile, rm, writeFile } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { run } from 'millrace'
 * import { csvTail } from 'millrace/terms'
 *
 * const file = join(tmpdir(), `millrace-csv-tail-${process.pid}.csv`)
 * await writeFile(file, 'city,people\nBonn,331885\n')
 * const rows = csvTail<{ city: string; people: number }>(file, { pollMs: 1, cast: { people: Number } })
 * for await (const { city, people } of run(rows).output()) {
 *   console.log(city, people + 1)
 *   if (city === 'Ulm') break
 *   await appendFile(file, 'Ulm,126949\n')
 * }
 * await rm(file)
 * // Bonn 331886
 * // Ulm 126950
 * ```
 */
export function csvTail(
  file: string | URL,
  options: CsvTailOptions & { readonly columns: false },
): Term<never, string[]>
export function csvTail<Row = Record<string, string>>(
  file: string | URL,
  options?: CsvTailOptions,
): Term<never, Row>
export function csvTail(file: string | URL, options: CsvTailOptions = {}): Term<never, unknown> {
  checkOptions('csvTail', options, {
    ...FOLLOW_OPTIONS,
    encoding: true,
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
  })
  const reading = Object.fromEntries(
    Object.entries(options).filter(([name]) => name in FOLLOW_OPTIONS || name === 'encoding'),
  )
  return textTail('csvTail', file, reading, NEXT_FILE).pipe(csvParser(pathOf('csvTail', file), options))
}

/** Comes between the texts of two files. */
interface NextFile {
  readonly begins: 'file'
}
const NEXT_FILE: NextFile = { begins: 'file' }

/** Makes records of pieces of text. */
function csvParser(
  path: string,
  options: CsvTailOptions,
): KernelTerm<string | NextFile, unknown, CsvProgress> {
  // the text has been decoded already
  const format = csvFormat('csvTail', { ...options, encoding: 'utf8' })
  const cast = checkCast('csvTail', options.cast)
  /** By the state that they go on from: a term may be in several runs at once. */
  const parsers = new WeakMap<CsvProgress, CsvParser>()
  const push = (progress: CsvProgress, text: string, isLast: boolean): Iterable<unknown> => {
    let parser = parsers.get(progress)
    if (parser === undefined) parsers.set(progress, (parser = new CsvParser(format, { cast }, progress)))
    const bytes = utf8Of(text)
    if (bytes === undefined) throw new BadInputError(`The file ${path} has half of a surrogate pair.`)
    const records: unknown[] = []
    try {
      parser.push(bytes, isLast, records)
    } catch (error) {
      if (!(error instanceof CsvFault)) throw error
      return recordsThen(records, invalidCsv(path, error))
    }
    return records
  }
  const f = (text: string | NextFile, { state }: Context<CsvProgress>): Iterable<unknown> => {
    if (typeof text === 'string') return push(state, text, false)
    const records = push(state, '', true)
    csvNextFile(format, state)
    return records
  }
  return kernelTerm<string | NextFile, unknown, CsvProgress>(
    'csvParser',
    { kind: 'expand', self: {}, f },
    { initialState: () => csvBegin(format), end: ({ state }) => push(state, '', true) },
  )
}

/** What comes before a fault is right, wherever the pieces are cut. */
function* recordsThen(records: readonly unknown[], error: Error): Generator<unknown, void, undefined> {
  yield* records
  throw error
}
