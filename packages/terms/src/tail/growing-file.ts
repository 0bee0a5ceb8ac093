/**
 * `GrowingFile`: an open file that is read from a place on, and again where it ended. Made by the followers, which know what
 * to do about a file that was cut or has another name now.
 */

import { type FileHandle, open } from 'node:fs/promises'
import { type FileMark, FileMarker } from '../source/file-mark.ts'
import { type FoundFile, idOf } from './past-files.ts'
import { openUnpacked } from './unpacked-file.ts'

/** Bytes asked for at once, unless it is said otherwise. */
export const CHUNK_BYTES = 128 * 1024

/** One reading of one file. Whoever opens it calls `close`. */
export class GrowingFile {
  readonly id: string
  readonly #handle: FileHandle
  readonly #marker: FileMarker
  #position: number
  /** It no longer holds what was read of it. */
  wasCut = false

  /** Of a handle that was just opened; goes on behind what the marker has taken. */
  constructor(id: string, handle: FileHandle, marker: FileMarker) {
    this.id = id
    this.#handle = handle
    this.#marker = marker
    this.#position = marker.mark.at
  }

  /**
   * Opens a file that was found; with a mark, only if it begins with what was read then. `undefined` if it does not, or if
   * the path leads to another file by now.
   */
  static async open(found: FoundFile, mark?: FileMark): Promise<GrowingFile | undefined> {
    return using(found, async (handle) => {
      const marker =
        mark === undefined
          ? await FileMarker.open(handle, found.path)
          : await FileMarker.matching(handle, mark)
      return marker && new GrowingFile(found.id, handle, marker)
    })
  }

  /**
   * What comes behind the place, up to as many bytes; `undefined` if there is nothing, or the file was cut. It is given again
   * until it was taken. The last 4 KiB before the place are read as well: a file that was cut and written again has others.
   */
  async read(bytes = CHUNK_BYTES): Promise<Buffer | undefined> {
    const { tail } = this.#marker
    const buffer = Buffer.allocUnsafeSlow(tail.length + bytes)
    const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, this.#position - tail.length)
    this.wasCut = bytesRead < tail.length || !buffer.subarray(0, tail.length).equals(tail)
    return this.wasCut || bytesRead === tail.length ? undefined : buffer.subarray(tail.length, bytesRead)
  }

  /** Moves the place behind these bytes, which `read` has given. */
  take(bytes: Buffer): void {
    this.#marker.take(bytes, this.#position)
    this.#position += bytes.length
  }

  /** The place, with what the file holds before it. */
  get mark(): FileMark {
    return this.#marker.mark
  }

  /** The last bytes that were taken. */
  get tail(): Buffer {
    return this.#marker.tail
  }

  /** How long it is now. */
  async size(): Promise<number> {
    return (await this.#handle.stat()).size
  }

  /** Whether it begins with what a mark was made of. */
  async begins(mark: FileMark): Promise<boolean> {
    return (await FileMarker.matching(this.#handle, mark)) !== undefined
  }

  /** Lets go of the file. Never fails. Idempotent. */
  async close(): Promise<void> {
    await this.#handle.close().catch(() => undefined)
  }
}

/** What the file holds now, as a mark; `undefined` if the path leads to another file by now. */
export async function markOfAll(found: FoundFile): Promise<FileMark | undefined> {
  return (await using(found, FileMarker.ofAll))?.mark
}

/** Whether a file begins with what a mark was made of. */
export async function beginsWith(found: FoundFile, mark: FileMark): Promise<boolean> {
  if (found.packing === '' && found.size < mark.at) return false
  return (await using(found, (handle) => FileMarker.matching(handle, mark), mark)) !== undefined
}

/** Opens a file for `use`, and closes it unless a `GrowingFile` goes on with it. */
async function using<Result>(
  found: FoundFile,
  use: (handle: FileHandle) => Promise<Result>,
  head?: FileMark,
): Promise<Result | undefined> {
  const handle = await (found.packing === '' ? openSame(found) : openUnpacked(found, head))
  if (handle === undefined) return undefined
  let isKept = false
  try {
    const result = await use(handle)
    isKept = result instanceof GrowingFile
    return result
  } finally {
    if (!isKept) await handle.close().catch(() => undefined)
  }
}

async function openSame({ path, id }: FoundFile): Promise<FileHandle | undefined> {
  const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (handle === undefined || idOf(await handle.stat({ bigint: true })) === id) return handle
  await handle.close()
  return undefined
}
