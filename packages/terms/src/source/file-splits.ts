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

/** Something made of bytes of a file, which are lent: the buffer is used again once it returns. */
export type UseOfBytes<Made> = (bytes: Buffer, at: number) => Made

/**
 * Reads the lines that begin in a split, and gives them to `use`, with the byte of the file at which they begin. The
 * thread waits for the disk: the caller is a worker that has nothing else to do.
 *
 * @throws {BadInputError} naming the path, if the file cannot be read, or is another one now.
 */
export function useLinesOf<Made>(
  path: string,
  { from, to, file: before }: FileSplit,
  use: UseOfBytes<Made>,
): Made {
  // a line begins behind a newline: the byte before the split tells whether one begins with it
  const at = Math.max(0, from - 1)
  return useBytes(
    path,
    (reader) => {
      checkSame(fstatSync(reader.file), before)
      reader.read(at, to - at + TAIL_BYTES)
      const own = to - at
      const begin = from === 0 ? 0 : reader.indexOf(NEWLINE, 0) + 1
      if (from > 0 && (begin === 0 || begin >= own)) return [0, 0]
      // the last line ends behind the newline that is the split's last byte, or a later one
      for (let searched = own - 1; ; searched = reader.filled) {
        const end = reader.indexOf(NEWLINE, searched) + 1
        if (end > 0) return [begin, end]
        if (reader.isAtEnd) return [begin, reader.filled]
        reader.readOn(reader.filled)
      }
    },
    (bytes, begin) => use(bytes, at + begin),
  )
}

/**
 * Reads the bytes from `from` up to `to`, and gives them to `use`. The thread waits for the disk.
 *
 * @throws {BadInputError} naming the path, if the file cannot be read, or ends before.
 */
export function useRangeOf<Made>(path: string, from: number, to: number, use: UseOfBytes<Made>): Made {
  const find = (reader: RangeReader): [number, number] => {
    reader.read(from, to - from)
    return [0, reader.filled]
  }
  return useBytes(path, find, (bytes) => {
    if (bytes.length === to - from) return use(bytes, from)
    throw new BadInputError(
      `The file ${path} has become shorter while it was read: it ends before byte ${to}.`,
    )
  })
}

/** The buffer of this thread, unless it is in use: fresh memory costs more than what is read into it. */
let idle: Buffer | undefined
const KEPT_BYTES = 4 * MOST_BYTES

function useBytes<Made>(
  path: string,
  find: (reader: RangeReader) => [begin: number, end: number],
  use: UseOfBytes<Made>,
): Made {
  const reader = new RangeReader(idle ?? Buffer.allocUnsafeSlow(MOST_BYTES + 2 * TAIL_BYTES))
  idle = undefined
  try {
    const [begin, end] = readFrom(path, reader, find)
    return use(reader.bytes.subarray(begin, end), begin)
  } finally {
    if (reader.bytes.length <= KEPT_BYTES) idle = reader.bytes
  }
}

function readFrom<Found>(path: string, reader: RangeReader, find: (reader: RangeReader) => Found): Found {
  try {
    reader.file = openSync(path, 'r')
    return find(reader)
  } catch (cause) {
    throw new BadInputError(`The file ${path} cannot be read: ${messageOf(cause)}`, { cause })
  } finally {
    if (reader.file >= 0) closeSync(reader.file)
  }
}

/** Bytes of a file from one place on, in one buffer that grows. */
class RangeReader {
  file = -1
  bytes: Buffer
  /** How many of `bytes` have been read. */
  filled = 0
  /** Whether the file ends behind them. */
  isAtEnd = false
  #from = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  read(from: number, length: number): void {
    this.#from = from
    this.readOn(length)
  }

  /** Reads the next bytes, as many as there are up to `length`. */
  readOn(length: number): void {
    const to = this.filled + length
    if (to > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(to)
      this.bytes.copy(larger, 0, 0, this.filled)
      this.bytes = larger
    }
    while (this.filled < to) {
      const { file, bytes, filled } = this
      const count = readSync(file, bytes, filled, to - filled, this.#from + filled)
      if (count === 0) {
        this.isAtEnd = true
        return
      }
      this.filled += count
    }
  }

  /** Among the bytes that have been read, from `from` on; -1 if it is not. */
  indexOf(byte: number, from: number): number {
    return this.bytes.subarray(0, this.filled).indexOf(byte, from)
  }
}

/** The number, from 1, of the line that begins at byte `at`: for messages. Reads the file up to there. */
export function lineNumberAt(path: string, at: number): number {
  let line = 1
  for (const piece of piecesUpTo(path, at)) {
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, end + 1)) line++
  }
  return line
}

/** The bytes of a file before byte `to`, each piece in the place of the one before. */
export function* piecesUpTo(path: string, to: number): Generator<Buffer, void, undefined> {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.allocUnsafeSlow(Math.min(MOST_BYTES, to))
    for (let from = 0; from < to; ) {
      const count = readSync(file, buffer, 0, Math.min(buffer.length, to - from), from)
      if (count === 0) return
      yield buffer.subarray(0, count)
      from += count
    }
  } finally {
    closeSync(file)
  }
}
