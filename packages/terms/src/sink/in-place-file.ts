/** `InPlaceFile`: a file that grows where it stands, for readers to follow. Made by `writeLines` with `append` or `flushMs`. */

import { type FileHandle, open, realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { BadInputError } from '@millrace/core'
import type { FileLock } from '@millrace/core/files'
import { beforeProcessEnds } from '../process-end.ts'
import { BEGIN, BlockFile, type BlockPosition, type Flushing } from './block-file.ts'
import { lockOf, regularAt, unwritable } from './line-file.ts'
import { checkPosition, type LineTarget, type PositionOf, type WrittenFile } from './line-target.ts'

/** Bytes read at once, to compare what is there. */
const READ_BYTES = 64 * 1024
const NEWLINE = 0x0a

/** How far a file has come. */
export interface InPlacePosition extends BlockPosition, PositionOf<'append'> {
  /** Bytes that were there when the first run began. */
  readonly from: number
}

/** A file that is written to in place. */
export class InPlaceFile implements LineTarget {
  readonly #file: string
  readonly #handle: FileHandle
  readonly #lock: FileLock | undefined
  readonly #lines: BlockFile
  readonly #from: number
  readonly #callOff: () => void

  private constructor(
    file: string,
    { handle, lock, folder }: Opened,
    from: number,
    position: BlockPosition,
    flushing: Flushing | undefined,
  ) {
    this.#file = file
    this.#handle = handle
    this.#lock = lock
    this.#from = from
    this.#lines = new BlockFile({ name: file, folder }, handle, position, flushing)
    this.#callOff = beforeProcessEnds(() => lock?.release())
  }

  /**
   * Opens the file, which need not exist; without `append` it is emptied. A last line without an end gets one.
   *
   * @throws {BadInputError} if nothing can be written there. @throws {InUseError} if another run writes it.
   */
  static open(file: string, append: boolean, flushing: Flushing | undefined): Promise<InPlaceFile> {
    return locked(file, async (opened) => {
      const { handle } = opened
      if (!append) await handle.truncate(0)
      const { size } = await handle.stat()
      const last = await bytesOf(handle, size - 1, size)
      const block = size > 0 && last[0] !== NEWLINE ? '\n' : ''
      return new InPlaceFile(file, opened, size, { ...BEGIN, bytes: size, block }, flushing)
    })
  }

  /**
   * Opens the file at a position, and cuts off what came after it.
   *
   * @throws {BadInputError} if the file is shorter, holds something else, or the position is of another one.
   */
  static async reopen(
    file: string,
    position: InPlacePosition,
    flushing: Flushing | undefined,
  ): Promise<InPlaceFile> {
    checkPosition(file, 'append', position)
    return locked(file, async (opened) => {
      const { handle } = opened
      const { from, bytes, crc } = position
      const { size } = await handle.stat()
      if (size < bytes || (await crcOfRange(handle, from, bytes)) !== crc) {
        throw new BadInputError(
          `${file} does not hold the ${bytes} bytes that the checkpoint knows of. Remove the checkpoint to begin again.`,
        )
      }
      await handle.truncate(bytes)
      return new InPlaceFile(file, opened, from, position, flushing)
    })
  }

  /** @throws {BadInputError} if the file that is added to begins with something else. */
  async begin(head: string): Promise<void> {
    if (this.#from === 0) {
      this.#lines.begin(head)
      return
    }
    const expected = Buffer.from(`${head}\n`)
    if (expected.equals(await bytesOf(this.#handle, 0, expected.length))) return
    throw new BadInputError(
      `${this.#file} does not begin with the columns ${head}, so these records cannot be added to it.`,
    )
  }

  write(line: string): void | Promise<void> {
    return this.#lines.write(line)
  }

  position(): InPlacePosition {
    return { kind: 'append', file: this.#file, from: this.#from, ...this.#lines.position }
  }

  sync(): Promise<void> {
    return this.#lines.sync()
  }

  async commit(): Promise<WrittenFile> {
    await this.#lines.flush()
    await this.#lines.sync()
    const { size } = await this.#handle.stat()
    await this.discard()
    return { file: this.#file, lines: this.#lines.lines, bytes: size }
  }

  /** What was written stays. */
  async discard(): Promise<void> {
    await this.#lines.close()
    this.#callOff()
    this.#lock?.release()
  }
}

/** What a file is written with. */
interface Opened {
  readonly handle: FileHandle
  readonly lock: FileLock | undefined
  /** Where it is: if it is a link, what it leads to. */
  readonly folder: string
}

async function locked(file: string, use: (opened: Opened) => Promise<InPlaceFile>): Promise<InPlaceFile> {
  // before anything is looked at: another run that ends meanwhile would change it
  const lock = await lockOf(file)
  let handle: FileHandle | undefined
  try {
    const old = await regularAt(file, 'add to')
    const path = old === undefined ? file : await realpath(file)
    handle = await open(path, 'a+').catch((cause: unknown) => {
      throw unwritable(dirname(file), cause)
    })
    return await use({ handle, lock, folder: dirname(path) })
  } catch (error) {
    await handle?.close()
    lock?.release()
    throw error
  }
}

async function bytesOf(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, to - Math.max(0, from)))
  if (bytes.length === 0) return bytes
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, from)
  return bytes.subarray(0, bytesRead)
}

async function crcOfRange(handle: FileHandle, from: number, to: number): Promise<number> {
  let crc = 0
  for (let at = from; at < to; at += READ_BYTES) {
    crc = crc32(await bytesOf(handle, at, Math.min(to, at + READ_BYTES)), crc)
  }
  return crc
}
