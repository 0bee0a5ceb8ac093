/** `BlockFile`: gathers lines and writes them to an open file in blocks. Made by all sinks that write lines to files. */

import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { BadInputError, type Clock, messageOf } from '@millrace/core'
import { syncFolder } from '@millrace/core/files'
import { checkWellFormed, isWellFormed } from '../format/well-formed.ts'

/** Characters gathered before they are written. */
const BLOCK_CHARS = 64 * 1024

/** How far a file has come: structured-cloneable. */
export interface BlockPosition {
  /** Bytes of it that were written, and the CRC-32 of those that this file was given. */
  readonly bytes: number
  readonly crc: number
  readonly lines: number
  /** What was gathered and not yet written. */
  readonly block: string
}

/** Where a file begins that is written from its first byte on. */
export const BEGIN: BlockPosition = { bytes: 0, crc: 0, lines: 0, block: '' }

/** When what was gathered is written although it is no full block. */
export interface Flushing {
  readonly clock: Clock
  readonly flushMs: number
}

/** Lines on their way into a file. Whoever makes it closes it. */
export class BlockFile {
  readonly #name: string
  readonly #folder: string
  readonly #handle: FileHandle
  readonly #put: (block: Buffer) => Promise<void>
  readonly #flushing: Flushing | undefined
  #cancelFlush: (() => void) | undefined
  /** A file that was just made is not in its folder for certain. */
  #isInFolder = false
  /** The writes under way, one after the other. */
  #writing: Promise<void> = Promise.resolve()
  #bytes: number
  #crc: number
  #lines: number
  #block: string

  /**
   * `name` is for messages, `folder` where the file is, whatever its name; `put` is how a block is written, by default at the
   * end of the file.
   */
  constructor(
    { name, folder }: { readonly name: string; readonly folder: string },
    handle: FileHandle,
    { bytes, crc, lines, block }: BlockPosition,
    flushing?: Flushing,
    put: (block: Buffer) => Promise<void> = (bytesOfBlock) => handle.appendFile(bytesOfBlock),
  ) {
    this.#name = name
    this.#folder = folder
    this.#handle = handle
    this.#put = put
    this.#flushing = flushing
    this.#bytes = bytes
    this.#crc = crc
    this.#lines = lines
    this.#block = block
    if (block !== '') this.#flushInTime()
  }

  get lines(): number {
    return this.#lines
  }

  /** All that was given, written or not. What is under way counts as written: `sync` waits for it. */
  get position(): BlockPosition {
    return { bytes: this.#bytes, crc: this.#crc, lines: this.#lines, block: this.#block }
  }

  /** Puts text ahead of the next line; it is not counted. @throws {BadInputError} for half a character. */
  begin(head: string): void {
    checkWellFormed(`The head of ${this.#name}`, head)
    this.#block += `${head}\n`
    this.#flushInTime()
  }

  /** Adds one line. A promise each time that a block is written. @throws {BadInputError} for half a character. */
  write(line: string): void | Promise<void> {
    if (!isWellFormed(line)) checkWellFormed(`Line ${this.#lines + 1} of ${this.#name}`, line)
    this.#lines++
    this.#block += `${line}\n`
    if (this.#block.length >= BLOCK_CHARS) return this.flush()
    this.#flushInTime()
  }

  #flushInTime(): void {
    if (this.#flushing === undefined) return
    const { clock, flushMs } = this.#flushing
    this.#cancelFlush ??= clock.after(flushMs, () => {
      this.#cancelFlush = undefined
      // the next block, or the end, tells
      this.flush().catch(() => undefined)
    })
  }

  /** Writes what was gathered, and resolves once all is written. */
  flush(): Promise<void> {
    if (this.#block !== '') {
      const block = Buffer.from(this.#block)
      this.#block = ''
      this.#bytes += block.length
      this.#crc = crc32(block, this.#crc)
      this.#writing = this.#writing.then(() => this.#write(block))
      this.#writing.catch(() => undefined)
    }
    return this.#writing
  }

  async #write(block: Buffer): Promise<void> {
    try {
      await this.#put(block)
    } catch (cause) {
      // a disk that is full says neither which file it was nor what has become of it
      throw new BadInputError(`writeLines() cannot write ${this.#name}: ${messageOf(cause)}`, { cause })
    }
  }

  /** Resolves once what counts as written would survive a crash of the machine. */
  async sync(): Promise<void> {
    await this.#writing
    await this.#handle.datasync()
    if (this.#isInFolder) return
    await syncFolder(this.#folder)
    this.#isInFolder = true
  }

  /** Lets go of the file when no write is under way. Never fails. Idempotent. */
  async close(): Promise<void> {
    this.#cancelFlush?.()
    await this.#writing.catch(() => undefined)
    await this.#handle.close().catch(() => undefined)
  }
}
