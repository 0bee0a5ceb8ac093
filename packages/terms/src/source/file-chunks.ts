/** `FileChunks`: a file in large chunks, `.gz` files unpacked. Called by `FileSource`. */

import { type FileHandle, open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { BadInputError, messageOf } from '@millrace/core'

/** Bytes asked for at once. */
const CHUNK_BYTES = 128 * 1024

/** The bytes of a file, for one reading. Every chunk is a buffer of its own. */
export class FileChunks implements AsyncIterable<Buffer> {
  readonly #path: string
  readonly #from: number
  /** Whether a read under way ends soon: true for open regular files, false for pipes and terminals. */
  endsSoon = false

  /** Bytes before `from` are passed over; a packed file is read from its begin. */
  constructor(path: string, from = 0) {
    this.#path = path
    this.#from = from
  }

  /**
   * Opens the file at the first pull, closes it at the end, also if nobody needs more.
   *
   * @throws {BadInputError} naming the path, if the file cannot be read or unpacked.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    let handle: FileHandle | undefined
    try {
      handle = await open(this.#path)
      this.endsSoon = (await handle.stat()).isFile()
      if (this.#path.endsWith('.gz')) yield* unpack(handle)
      else yield* read(handle, this.#from)
    } catch (cause) {
      throw new BadInputError(`The file ${this.#path} cannot be read: ${messageOf(cause)}`, { cause })
    } finally {
      await handle?.close()
    }
  }
}

async function* read(handle: FileHandle, from: number): AsyncGenerator<Buffer, void, undefined> {
  for (let at = from; ; ) {
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
    // without a position where none is needed: pipes have none
    const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, from === 0 ? null : at)
    if (bytesRead === 0) return
    at += bytesRead
    yield bytesRead === CHUNK_BYTES ? buffer : buffer.subarray(0, bytesRead)
  }
}

async function* unpack(handle: FileHandle): AsyncGenerator<Buffer, void, undefined> {
  const packed = handle.createReadStream({ autoClose: false, highWaterMark: CHUNK_BYTES })
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES })
  // the loop below tells the error; a pipeline without a callback would throw it
  pipeline(packed, unpacked, () => undefined)
  for await (const chunk of unpacked) yield chunk as Buffer
}
