/**
 * `csvRanges` and `readCsvRange`: a CSV file in ranges of bytes that can be parsed apart. Internal: for sources that are
 * split among workers. The ranges are plain data; their records, one range after the other, are those of the file.
 */

import { type FileHandle, open } from 'node:fs/promises'
import { BadInputError, messageOf } from '@millrace/core'
import { isBytewise } from '../csv/bytewise.ts'
import type { CsvFormat } from '../csv/format.ts'
import { invalidCsv } from '../csv/invalid-csv.ts'
import { CsvParser, type CsvProgress, type CsvValues, csvBegin } from '../csv/parser.ts'
import { recordCutter } from '../csv/record-cutter.ts'
import { BYTE_ORDER_MARK, CsvFault, INCOMPLETE, RecordScanner } from '../csv/record-scanner.ts'
import { piecesUpTo, useRangeOf } from './file-splits.ts'
import { checkText } from './text-chunks.ts'

const LF = 0x0a
const CR = 0x0d
/** Bytes that are looked through at once. */
const PIECE_BYTES = 1024 * 1024

/** Bytes of a file from one record's begin to another's, or to the end. */
export interface CsvRange {
  readonly from: number
  readonly to: number
  /** What is known from the first record: the names of the columns, and the number of fields. */
  readonly names: readonly string[] | undefined
  readonly width: number | undefined
}

/** Whether a file can be read from the middle: it is not packed, and marks can be found among its bytes. */
export function isSplittable(path: string, format: CsvFormat): boolean {
  return !path.endsWith('.gz') && isBytewise(format.encoding)
}

/**
 * The ranges of a file, of about `rangeBytes` each, in order, as they are found: the file is read once, from its start,
 * many times as fast as it could be parsed. What is added to the file meanwhile may be in the last range or not.
 *
 * `chunks` are the file's bytes, for tests.
 *
 * @throws {BadInputError} naming the path, if the file cannot be read.
 */
export async function* csvRanges(
  path: string,
  format: CsvFormat,
  rangeBytes: number,
  chunks: AsyncIterable<Buffer> = piecesOf(path),
): AsyncGenerator<CsvRange, void, undefined> {
  const cutter = recordCutter(format, rangeBytes)
  const head = new Head(format)
  let from = 0
  let size = 0
  let last: number | undefined
  const range = (to: number): CsvRange => {
    const found = { from, to, ...(from === 0 ? head.expected : head.found) }
    from = to
    return found
  }
  for await (const chunk of chunks) {
    head.push(chunk)
    size += chunk.length
    for (const cut of cutter.push(chunk)) {
      // the other ranges must be told what the first record says
      if (cut < head.end) continue
      // the end of the file is no place to cut at, which only the next chunk tells
      if (last !== undefined) yield range(last)
      last = cut
    }
  }
  if (last !== undefined && last < size) yield range(last)
  if (size > 0) yield range(size)
}

type Shape = Pick<CsvRange, 'names' | 'width'>

/** What the first record tells about the others. */
class Head {
  /** What is known without it. */
  readonly expected: Shape
  found: Shape
  /** Where it ends. */
  end: number
  readonly #format: CsvFormat
  #bytes: Buffer = Buffer.alloc(0)

  constructor(format: CsvFormat) {
    const { names, width } = csvBegin(format)
    this.expected = this.found = { names, width }
    this.#format = format
    const isNeeded = format.columns === true || (format.columns === false && !format.ragged)
    this.end = isNeeded ? Number.POSITIVE_INFINITY : 0
  }

  push(chunk: Buffer): void {
    if (this.end !== Number.POSITIVE_INFINITY) return
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    if (this.#bytes.length < BYTE_ORDER_MARK.length) return
    const scanner = new RecordScanner(this.#format)
    scanner.take(this.#bytes)
    try {
      const end = scanner.next(RecordScanner.start(this.#bytes), false)
      if (scanner.count === 0 || end === INCOMPLETE) return
      this.end = end
      const names = this.#format.columns === true ? scanner.texts() : undefined
      this.found = { names, width: scanner.count }
    } catch (error) {
      // there will be one range, which tells it
      if (!(error instanceof CsvFault)) throw error
    }
  }
}

/** The bytes of a file, each piece in the place of the one before: fresh memory costs more than counting quotes in it. */
async function* piecesOf(path: string): AsyncGenerator<Buffer, void, undefined> {
  let file: FileHandle | undefined
  try {
    file = await open(path)
    const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } catch (cause) {
    throw new BadInputError(`The file ${path} cannot be read: ${messageOf(cause)}`, { cause })
  } finally {
    await file?.close()
  }
}

/**
 * Adds the records of a range to `records`, also those before a fault. The thread waits for the disk: the caller is a
 * worker that has nothing else to do.
 *
 * @throws {BadInputError} naming the path and the line, as `csv` does; also if the file has become shorter.
 */
export function readCsvRange(
  path: string,
  format: CsvFormat,
  values: CsvValues,
  { from, to, names, width }: CsvRange,
  records: unknown[],
): void {
  const progress: CsvProgress = { rest: Buffer.alloc(0), line: 1, names, width, isBegun: from > 0 }
  useRangeOf(path, from, to, (bytes) => {
    checkText(path, bytes, from, format.encoding)
    try {
      new CsvParser(format, values, progress).push(bytes, true, records)
    } catch (error) {
      if (!(error instanceof CsvFault)) throw error
      throw invalidCsv(path, error, linesBefore(path, from))
    }
  })
}

/** Lines that end before a byte: it takes a while, but only a fault needs it. */
function linesBefore(path: string, to: number): number {
  let lines = 0
  let isBehindReturn = false
  for (const piece of piecesUpTo(path, to)) {
    for (const byte of piece) {
      if (byte === CR || (byte === LF && !isBehindReturn)) lines++
      isBehindReturn = byte === CR
    }
  }
  return lines
}
