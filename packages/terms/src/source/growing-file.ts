/** `GrowingFile`: reads a file from a place on and goes on where it ended. Made by `fileTail`. Internal. */

import { type FileHandle, open, stat } from 'node:fs/promises'
import { BadInputError, ChangedFileError, messageOf } from '@millrace/core'
import { type FileMark, FileMarker } from './file-mark.ts'

/** Bytes asked for at once. */
const CHUNK_BYTES = 128 * 1024

/** One reading of one file. Whoever makes it calls `close`. */
export class GrowingFile {
  readonly #path: string
  readonly #before: FileMark | undefined
  #opening: Promise<FileHandle> | undefined
  #marker: FileMarker | undefined
  #position: number
  #closed = false

  /** Goes on at a mark that an earlier reading has made. */
  constructor(path: string, before?: FileMark) {
    this.#path = path
    this.#before = before
    this.#position = before?.at ?? 0
  }

  /**
   * What comes behind the place, up to 128 KiB; `undefined` if there is nothing. It is given again until it was taken. The
   * last 4 KiB before the place are read as well: a file that was cut and written anew, beyond the place, has others.
   *
   * @throws {BadInputError} naming the path, if the file cannot be read, was cut, or is another one now.
   * @throws {ChangedFileError} if it does not begin with what an earlier reading read.
   */
  async read(): Promise<Buffer | undefined> {
    try {
      this.#opening ??= open(this.#path)
      const handle = await this.#opening
      this.#marker ??= await FileMarker.open(handle, this.#path, this.#before)
      const { tail } = this.#marker
      const buffer = Buffer.allocUnsafeSlow(tail.length + CHUNK_BYTES)
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, this.#position - tail.length)
      if (bytesRead <= tail.length) await this.#checkSame(handle)
      if (!buffer.subarray(0, tail.length).equals(tail)) throw this.#unlike('was cut and written anew')
      return bytesRead === tail.length ? undefined : buffer.subarray(tail.length, bytesRead)
    } catch (cause) {
      if (this.#closed) return undefined
      if (cause instanceof BadInputError || cause instanceof ChangedFileError) throw cause
      throw new BadInputError(`The file ${this.#path} cannot be read: ${messageOf(cause)}`, { cause })
    }
  }

  /** Moves the place behind these bytes, which `read` has given. */
  take(bytes: Buffer): void {
    this.#marker?.take(bytes, this.#position)
    this.#position += bytes.length
  }

  /** The place, with what the file holds before it. */
  get mark(): FileMark | undefined {
    return this.#marker?.mark
  }

  async #checkSame(handle: FileHandle): Promise<void> {
    const [held, named] = await Promise.all([
      handle.stat({ bigint: true }),
      stat(this.#path, { bigint: true }).catch(() => undefined), // gone: it may yet grow through other handles
    ])
    if (held.size < this.#position) {
      throw this.#unlike(`was cut from ${this.#position} bytes to ${held.size}`)
    }
    if (named !== undefined && (named.ino !== held.ino || named.dev !== held.dev)) {
      throw this.#unlike('was replaced by another file of its name')
    }
  }

  #unlike(how: string): BadInputError {
    return new BadInputError(
      `The file ${this.#path} ${how} while it was read, but only files that grow can be followed: what was added in ` +
        'between may be lost. Run the graph anew to begin with the new content, or take whole contents from fileWatch().',
    )
  }

  /** Lets go of the file. Never fails. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    const handle = await this.#opening?.catch(() => undefined)
    await handle?.close().catch(() => undefined)
  }
}
