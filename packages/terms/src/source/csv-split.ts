/**
 * `csvRanges` and `readCsvRange`: a CSV file in ranges of bytes that can be parsed apart. Internal: for sources that are
 * split among workers. The ranges are plain data; their records, one range after the other, are those of the file.
 */

import { createReadStream } from 'node:fs'
import { BadInputError } from '@millrace/core'
import { isBytewise } from '../csv/bytewise.ts'
import type { CsvFormat } from '../csv/format.ts'
import { type CsvProgress, type CsvValues, csvBegin } from '../csv/parser.ts'
import { recordCutter } from '../csv/record-cutter.ts'
import { BYTE_ORDER_MARK, CsvFault, INCOMPLETE, RecordScanner } from '../csv/record-scanner.ts'
import { csvRecords } from '../csv/records.ts'
import { FileChunks } from './file-chunks.ts'
import { textChunks } from './text-chunks.ts'

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
  chunks: AsyncIterable<Buffer> = new FileChunks(path),
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

/**
 * The records of a range, a batch for each chunk of it.
 *
 * @throws {BadInputError} naming the path and the line, as `csv` does; also if the file has become shorter.
 */
export function readCsvRange(
  path: string,
  format: CsvFormat,
  values: CsvValues,
  { from, to, names, width }: CsvRange,
): AsyncGenerator<readonly unknown[], void, undefined> {
  const progress: CsvProgress = { rest: Buffer.alloc(0), line: 1, names, width, isBegun: from > 0 }
  const chunks = textChunks(path, rangeOf(path, new FileChunks(path, from), from, to), format.encoding, from)
  return csvRecords(path, chunks, format, values, progress, () => linesBefore(path, from))
}

async function* rangeOf(
  path: string,
  chunks: AsyncIterable<Buffer>,
  from: number,
  to: number,
): AsyncGenerator<Buffer, void, undefined> {
  let left = to - from
  for await (const chunk of chunks) {
    yield chunk.length <= left ? chunk : chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) return
  }
  throw new BadInputError(`The file ${path} has become shorter while it was read: it ends before byte ${to}.`)
}

/** Lines that end before a byte, counted anew: it takes a while, but only a fault needs it. */
async function linesBefore(path: string, to: number): Promise<number> {
  if (to === 0) return 0
  let lines = 0
  let isBehindReturn = false
  for await (const chunk of createReadStream(path, { end: to - 1 })) {
    for (const byte of chunk as Buffer) {
      if (byte === 0x0d || (byte === 0x0a && !isBehindReturn)) lines++
      isBehindReturn = byte === 0x0d
    }
  }
  return lines
}
