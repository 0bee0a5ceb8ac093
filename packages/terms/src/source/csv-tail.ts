/** `csvTail`: the records of a CSV file that grows. */

import type { Term } from '@millrace/core'
import { type LineParserOptions, lineParser } from '../text/line-parser.ts'
import { type LineSplitterOptions, lineSplitter } from '../text/line-splitter.ts'
import { type FileTailOptions, fileTail } from './file-tail.ts'

/** Options of {@link csvTail}: those of the three terms that it is made of. */
export interface CsvTailOptions extends FileTailOptions, LineSplitterOptions, LineParserOptions {}

/**
 * A source of the records of a CSV file from its start on, that goes on as the file grows.
 *
 * LogicSponge's CSVStreamer. Short for `fileTail`, `lineSplitter` and `lineParser`, whose options it has, each with its
 * own defaults. A line that has no end yet is not a record yet, unless the stream ends. A field cannot span lines; for a
 * file that is complete, `csv` is quicker and lets them. Give the type of the records as `csvTail<Row>(file)`; it is not
 * checked. Reads while there is room downstream; keeps the order.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. A file that cannot be read, was cut or replaced, or a
 * line that is no record, fails the run with a `BadInputError`.
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
  return fileTail(file, options).pipe(lineSplitter(options), lineParser<unknown>(options))
}
