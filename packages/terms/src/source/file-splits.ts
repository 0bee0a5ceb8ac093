/**
 * Splits of a file whose records are lines: byte ranges, cut anywhere. A split has the lines that begin in it, so who
 * reads it passes over the end of a line that began before, and reads on to the end of its own last line. Called by
 * `lines` and `ndjson`; `csv` has splits of its own.
 */

import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { BadInputError, messageOf, type SplitRequest } from '@millrace/core'

/** A byte range of a file: from `from` up to `to`, exclusive. */
export interface FileSplit {
  readonly from: number
  readonly to: number
  /** The file when it was split: all splits must be of that one. */
  readonly file: SplitFile
}

/** What tells a file from another, and from itself before it was written to. */
interface SplitFile {
  readonly ino: number
  readonly size: number
  readonly mtimeMs: number
}

/** Bytes of one split: large enough to be worth a task, small enough that a worker's share of a file is several. */
const MOST_BYTES = 1024 * 1024
const LEAST_BYTES = 64 * 1024
/** Splits that each worker gets at least, if the file has as many of {@link LEAST_BYTES}. */
const SPLITS_PER_WORKER = 8
/** A smaller file is read sooner than it is shared out. */
const LEAST_FILE_BYTES = 2 * LEAST_BYTES
/** Bytes read at once behind a split, to find the end of its last line. */
const TAIL_BYTES = 16 * 1024
const NEWLINE = 0x0a

/**
 * The bytes of a split of a file, by its size and the number of workers: 64 KiB to 1 MiB, or `splitBytes`. `undefined` for
 * a file that is not to be split: packed, no regular file, or too small. Nor is one that cannot be found: who reads it
 * says what is wrong.
 */
export function splitBytesOf(
  path: string,
  { workers }: SplitRequest,
  splitBytes: number | undefined,
): number | undefined {
  const file = path.endsWith('.gz') ? undefined : statSync(path, { throwIfNoEntry: false })
  if (file === undefined || !file.isFile()) return undefined
  if (splitBytes !== undefined) return splitBytes
  if (file.size < LEAST_FILE_BYTES) return undefined
  const share = Math.ceil(file.size / (workers * SPLITS_PER_WORKER))
  return Math.min(MOST_BYTES, Math.max(LEAST_BYTES, share))
}

/** The splits of a file by lines; `undefined` if it is not to be split, see {@link splitBytesOf}. */
export function splitsOf(
  path: string,
  request: SplitRequest,
  splitBytes: number | undefined,
): Iterable<FileSplit> | undefined {
  const bytes = splitBytesOf(path, request, splitBytes)
  if (bytes === undefined) return undefined
  const { ino, size, mtimeMs } = statSync(path)
  return rangesOf({ ino, size, mtimeMs }, bytes)
}

function* rangesOf(file: SplitFile, bytes: number): Generator<FileSplit, void, undefined> {
  for (let from = 0; from < file.size; from += bytes) {
    yield { from, to: Math.min(file.size, from + bytes), file }
  }
}

/** @throws {BadInputError} if the file is not the one that was split; it may have grown. */
function checkSame(found: SplitFile, before: SplitFile): void {
  if (found.size < before.size) {
    throw new BadInputError(`it had ${before.size} bytes when the run began, and has ${found.size} now`)
  }
  const isWritten = found.size === before.size && found.mtimeMs !== before.mtimeMs
  if (found.ino !== before.ino || isWritten) {
    throw new BadInputError('it was replaced, or written to, since the run began')
  }
}

/** The lines of a split, as bytes, and where they begin in the file. */
export interface SplitLines {
  readonly bytes: Buffer
  readonly at: number
}

/**
 * Reads the lines that begin in a split. The thread waits for the disk: the caller is a worker that has nothing else to do.
 *
 * @throws {BadInputError} naming the path, if the file cannot be read, or is another one now.
 */
export function readLinesOf(path: string, { from, to, file: before }: FileSplit): SplitLines {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    checkSame(fstatSync(file), before)
    // a line begins behind a newline: the byte before the split tells whether one begins with it
    const at = Math.max(0, from - 1)
    const head = read(file, at, to - at)
    const begin = from === 0 ? 0 : head.indexOf(NEWLINE) + 1
    if (from > 0 && (begin === 0 || at + begin >= to)) return { bytes: head.subarray(0, 0), at: to }
    const own = head.subarray(begin)
    if (own[own.length - 1] === NEWLINE) return { bytes: own, at: at + begin }
    return { bytes: Buffer.concat([own, ...endOfLine(file, to)]), at: at + begin }
  } catch (cause) {
    throw new BadInputError(`The file ${path} cannot be read: ${messageOf(cause)}`, { cause })
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function read(file: number, from: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length)
  let filled = 0
  while (filled < length) {
    const count = readSync(file, bytes, filled, length - filled, from + filled)
    if (count === 0) break
    filled += count
  }
  return bytes.subarray(0, filled)
}

/** What follows up to the end of the line, in pieces. */
function endOfLine(file: number, from: number): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = from, length = TAIL_BYTES; ; at += length, length *= 2) {
    const piece = read(file, at, length)
    const end = piece.indexOf(NEWLINE)
    pieces.push(end < 0 ? piece : piece.subarray(0, end + 1))
    if (end >= 0 || piece.length < length) return pieces
  }
}

/** The number, from 1, of the line that begins at byte `at`: for messages. Reads the file up to there. */
export function lineNumberAt(path: string, at: number): number {
  const file = openSync(path, 'r')
  try {
    let line = 1
    for (let from = 0; from < at; from += MOST_BYTES) {
      const bytes = read(file, from, Math.min(MOST_BYTES, at - from))
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, end + 1)) line++
    }
    return line
  } finally {
    closeSync(file)
  }
}
