/** `FileChunks`: a file in large chunks, `.gz` files unpacked. Called by `FileSource`. */

import { type FileHandle, open } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { BadInputError, ChangedFileError, messageOf } from '@millrace/core'
import { type FileMark, FileMarker } from './file-mark.ts'

/** Bytes asked for at once. */
const CHUNK_BYTES = 128 * 1024

/** The bytes of a file, for one reading. Every chunk is a buffer of its own. */
export class FileChunks implements AsyncIterable<Buffer> {
  readonly #path: string
  readonly #from: number
  readonly #before: FileMark | undefined
  #marker: FileMarker | undefined
  /** Whether a read under way ends soon: true for open regular files, false for pipes and terminals. */
  endsSoon = false
  /** Bytes of the file that have been read, those that were passed over included. */
  readBytes = 0

  /**
   * Bytes before `from` are passed over; a packed file is read from its begin. `before` is what an earlier reading knew.
   */
  constructor(path: string, from = 0, before?: FileMark) {
    this.#path = path
    this.#from = from
    this.#before = before
  }

  /** What has been read of the file itself; `undefined` for what is no regular file. */
  get mark(): FileMark | undefined {
    return this.#marker?.mark
  }

  /**
   * Opens the file at the first pull, closes it at the end, also if nobody needs more.
   *
   * @throws {BadInputError} naming the path, if the file cannot be read or unpacked.
   * @throws {ChangedFileError} if it does not begin with what had been read of it.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    let handle: FileHandle | undefined
    try {
      handle = await open(this.#path)
      this.endsSoon = (await handle.stat()).isFile()
      if (this.endsSoon) this.#marker = await FileMarker.open(handle, this.#path, this.#before)
      if (this.#path.endsWith('.gz')) yield* unpack(this.#read(handle, 0))
      else yield* this.#read(handle, this.#from)
    } catch (cause) {
      if (cause instanceof ChangedFileError) throw cause
      throw new BadInputError(`The file ${this.#path} cannot be read: ${messageOf(cause)}`, { cause })
    } finally {
      await handle?.close()
    }
  }

  async *#read(handle: FileHandle, from: number): AsyncGenerator<Buffer, void, undefined> {
    for (let at = from; ; ) {
      const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
      // without a position where none is needed: pipes have none
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, from === 0 ? null : at)
      if (bytesRead === 0) return this.#checkEnd(handle, at)
      const chunk = bytesRead === CHUNK_BYTES ? buffer : buffer.subarray(0, bytesRead)
      this.#marker?.take(chunk, at)
      at += bytesRead
      this.readBytes = at
      yield chunk
    }
  }

  /** A file that was cut while it was read seems to end where it does not. */
  async #checkEnd(handle: FileHandle, at: number): Promise<void> {
    if (!this.endsSoon) return
    const { size } = await handle.stat()
    if (size < at) throw new BadInputError(`it was cut from ${at} bytes to ${size} while it was read`)
  }
}

async function* unpack(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES })
  // the loop below tells the error; a pipeline without a callback would throw it
  pipeline(Readable.from(packed, { objectMode: false }), unpacked, () => undefined)
  for await (const chunk of unpacked) yield chunk as Buffer
}
