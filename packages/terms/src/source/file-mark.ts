/**
 * What was read of a file, so that it can be told later whether the file still begins with it. Called by `FileChunks` and
 * `GrowingFile` for checkpoints. Cheap: hashes of the first and last 4 KiB that were read, and of 64 bytes in each 128 KiB.
 *
 * Nothing is said of inodes: a copy that holds the same is the same file.
 */

import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { ChangedFileError } from '@millrace/core'

/** Bytes at either end of which a hash is kept. */
export const EDGE_BYTES = 4096
const SAMPLE_BYTES = 64
const SAMPLE_EVERY_BYTES = 128 * 1024

/** Structured-cloneable: part of a source's position. */
export interface FileMark {
  /** Bytes that were read, from the begin on. */
  readonly at: number
  /** Of the file, when it was opened. */
  readonly size: number
  readonly mtimeMs: number
  readonly head: number
  readonly samples: number
  readonly tail: number
}

/** Follows one reading. */
export class FileMarker {
  #at = 0
  #size: number
  #mtimeMs: number
  #head = 0
  #samples = 0
  /** The last bytes before `#at`. */
  #tail: Buffer = Buffer.alloc(0)

  private constructor({ size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }) {
    this.#size = size
    this.#mtimeMs = mtimeMs
  }

  /**
   * For a file that was just opened, and is to be read from its begin, or from a place at or before a mark.
   *
   * @throws {ChangedFileError} naming the path, if the file does not begin with what the mark was made of.
   */
  static async open(handle: FileHandle, path: string, mark?: FileMark): Promise<FileMarker> {
    const found = await handle.stat()
    if (mark === undefined) return new FileMarker(found)
    const { size, mtimeMs } = found
    if (size < mark.at)
      throw new ChangedFileError(path, `has ${size} bytes, fewer than the ${mark.at} that had been read`)
    if (size === mark.size && mtimeMs !== mark.mtimeMs) {
      throw new ChangedFileError(path, 'was written to since, and has not grown')
    }
    const marker = await FileMarker.matching(handle, mark)
    if (marker !== undefined) return marker
    throw new ChangedFileError(path, `holds something else in the ${mark.at} bytes that had been read`)
  }

  /** For a file that begins with what the mark was made of, whatever its times; `undefined` if it does not. */
  static async matching(handle: FileHandle, mark: FileMark): Promise<FileMarker | undefined> {
    const found = await handle.stat()
    if (found.size < mark.at) return undefined
    const marker = new FileMarker(found)
    await marker.#pass(handle, mark.at)
    const { head, samples, tail } = marker.mark
    return head === mark.head && samples === mark.samples && tail === mark.tail ? marker : undefined
  }

  /** As if all that the file has now had been read. */
  static async ofAll(handle: FileHandle): Promise<FileMarker> {
    const found = await handle.stat()
    const marker = new FileMarker(found)
    await marker.#pass(handle, found.size)
    return marker
  }

  /** Takes the first bytes, of which only a few are read. */
  async #pass(handle: FileHandle, at: number): Promise<void> {
    for (const [from, to] of sampled(0, at)) this.#sample(await bytesOf(handle, from, to))
    this.#head = crc32(await bytesOf(handle, 0, Math.min(EDGE_BYTES, at)))
    this.#tail = await bytesOf(handle, Math.max(0, at - EDGE_BYTES), at)
    this.#at = at
  }

  #sample(bytes: Buffer): void {
    this.#samples = crc32(bytes, this.#samples)
  }

  /** Takes bytes that were read at a place; what lies before the place it has come to is passed over. */
  take(chunk: Buffer, place: number): void {
    const bytes = chunk.subarray(Math.max(0, this.#at - place))
    if (bytes.length === 0) return
    const [from, to] = [this.#at, this.#at + bytes.length]
    if (from < EDGE_BYTES) this.#head = crc32(bytes.subarray(0, EDGE_BYTES - from), this.#head)
    for (const [begin, end] of sampled(from, to)) this.#sample(bytes.subarray(begin - from, end - from))
    const tail = bytes.length < EDGE_BYTES ? Buffer.concat([this.#tail, bytes]) : bytes
    this.#tail = tail.subarray(Math.max(0, tail.length - EDGE_BYTES))
    this.#at = to
  }

  /** The last bytes that were taken, up to 4 KiB. */
  get tail(): Buffer {
    return this.#tail
  }

  /** What has been taken so far. */
  get mark(): FileMark {
    return {
      at: this.#at,
      size: this.#size,
      mtimeMs: this.#mtimeMs,
      head: this.#head,
      samples: this.#samples,
      tail: crc32(this.#tail),
    }
  }
}

/** The parts of a range of which a hash is kept. */
function* sampled(from: number, to: number): Generator<readonly [from: number, to: number]> {
  const first = Math.floor(from / SAMPLE_EVERY_BYTES) * SAMPLE_EVERY_BYTES
  for (let at = first; at < to; at += SAMPLE_EVERY_BYTES) {
    const [begin, end] = [Math.max(at, from), Math.min(at + SAMPLE_BYTES, to)]
    if (begin < end) yield [begin, end]
  }
}

async function bytesOf(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(to - from)
  let at = 0
  while (at < bytes.length) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, from + at)
    if (bytesRead === 0) break
    at += bytesRead
  }
  return bytes.subarray(0, at)
}

/** What a file that is read in no order ends with: where Parquet says what it holds. */
export interface EndMark {
  readonly size: number
  readonly end: number
}

const END_BYTES = 64 * 1024

/** The mark of a whole file. @throws {ChangedFileError} if there was one, and it is another. */
export async function endMark(handle: FileHandle, path: string, before?: EndMark): Promise<EndMark> {
  const { size } = await handle.stat()
  const end = crc32(await bytesOf(handle, Math.max(0, size - END_BYTES), size))
  if (before !== undefined && before.size !== size) {
    throw new ChangedFileError(path, `has ${size} bytes, where it had ${before.size}`)
  }
  if (before !== undefined && before.end !== end) throw new ChangedFileError(path, 'holds something else')
  return { size, end }
}
