/** `csvRecords`: batches of records out of the bytes of a file. Called by `csv` and by what reads parts of its file. */

import type { CsvFormat } from './format.ts'
import { invalidCsv } from './invalid-csv.ts'
import { CsvParser, type CsvProgress, type CsvValues } from './parser.ts'
import { CsvFault } from './record-scanner.ts'

/**
 * A batch for each chunk with which records are complete.
 *
 * `linesBefore` tells the number of lines before the first byte; it is asked only if there is a fault.
 *
 * @throws {BadInputError} naming file and line; what comes before it is given first.
 */
export async function* csvRecords(
  path: string,
  chunks: AsyncIterable<Buffer>,
  format: CsvFormat,
  values: CsvValues,
  progress: CsvProgress,
  linesBefore: () => Promise<number> = async () => 0,
): AsyncGenerator<readonly unknown[], void, undefined> {
  const parser = new CsvParser(format, values, progress)
  for await (const chunk of withEnd(chunks)) {
    const records: unknown[] = []
    let fault: CsvFault | undefined
    try {
      parser.push(chunk ?? Buffer.alloc(0), chunk === undefined, records)
    } catch (error) {
      if (!(error instanceof CsvFault)) throw error
      fault = error
    }
    // what comes before a fault is right, wherever the chunks are cut
    if (records.length > 0) yield records
    if (fault !== undefined) throw invalidCsv(path, fault, await linesBefore())
  }
}

async function* withEnd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer | undefined, void, undefined> {
  yield* chunks
  yield undefined
}
