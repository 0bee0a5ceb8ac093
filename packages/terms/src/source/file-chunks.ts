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
  /** Whether a read under way ends soon: true for open regular files, false for pipes and terminals. */
  endsSoon = false

  constructor(path: string) {
    this.#path = path
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
      else yield* read(handle)
    } catch (cause) {
      throw new BadInputError(`The file ${this.#path} cannot be read: ${messageOf(cause)}`, { cause })
    } finally {
      await handle?.close()
    }
  }
}

async function* read(handle: FileHandle): AsyncGenerator<Buffer, void, undefined> {
  for (;;) {
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
    const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, null)
    if (bytesRead === 0) return
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
