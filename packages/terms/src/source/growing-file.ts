/** `GrowingFile`: reads a file from its start and goes on where it ended. Made by `fileTail`. Internal. */

import { type FileHandle, open, stat } from 'node:fs/promises'
import { BadInputError, messageOf } from '@millrace/core'

/** Bytes asked for at once. */
const CHUNK_BYTES = 128 * 1024

/** One reading of one file. Whoever makes it calls `close`. */
export class GrowingFile {
  readonly #path: string
  #opening: Promise<FileHandle> | undefined
  #position = 0
  #closed = false

  constructor(path: string) {
    this.#path = path
  }

  /**
   * What was appended since the last call, up to 128 KiB; `undefined` if nothing was.
   *
   * @throws {BadInputError} naming the path, if the file cannot be read, was cut, or is another one now.
   */
  async read(): Promise<Buffer | undefined> {
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
    let bytesRead: number
    try {
      this.#opening ??= open(this.#path)
      const handle = await this.#opening
      bytesRead = (await handle.read(buffer, 0, CHUNK_BYTES, this.#position)).bytesRead
      if (bytesRead === 0) await this.#checkSame(handle)
    } catch (cause) {
      if (this.#closed) return undefined
      if (cause instanceof BadInputError) throw cause
      throw new BadInputError(`The file ${this.#path} cannot be read: ${messageOf(cause)}`, { cause })
    }
    this.#position += bytesRead
    return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead)
  }

  async #checkSame(handle: FileHandle): Promise<void> {
    const [held, named] = await Promise.all([
      handle.stat({ bigint: true }),
      stat(this.#path, { bigint: true }).catch(() => undefined), // gone: it may yet grow through other handles
    ])
    const changed =
      held.size < this.#position
        ? `was cut from ${this.#position} bytes to ${held.size}`
        : named !== undefined && named.ino !== held.ino
          ? 'was replaced by another file of its name'
          : undefined
    if (changed === undefined) return
    throw new BadInputError(
      `The file ${this.#path} ${changed} while it was read, but only files that grow can be followed. Run the graph ` +
        'anew to begin with the new content, or take whole contents from fileWatch().',
    )
  }

  /** Lets go of the file. Never fails. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    const handle = await this.#opening?.catch(() => undefined)
    await handle?.close().catch(() => undefined)
  }
}
