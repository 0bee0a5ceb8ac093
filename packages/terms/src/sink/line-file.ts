/**
 * `LineFile`: a file that is written beside its target and takes its place only when complete. Called by
 * `writeLines`.
 */

import { randomUUID } from 'node:crypto'
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createGzip, type Gzip } from 'node:zlib'
import { BadInputError, messageOf } from '@millrace/core'

/** Characters gathered before they are written. */
const BLOCK_CHARS = 64 * 1024

/** What a complete file holds. */
export interface WrittenFile {
  /** Path of the file. */
  readonly file: string
  /** Lines written. */
  readonly lines: number
  /** Size of the file in bytes; packed, if it is. */
  readonly bytes: number
}

/** A file under way. Whoever opens it calls `commit` or `discard`. */
export class LineFile {
  readonly #file: string
  /** What is replaced: `#file`, or what it links to. */
  readonly #target: string
  readonly #temporary: string
  readonly #handle: FileHandle
  readonly #packer: Packer | undefined
  #block = ''
  #lines = 0

  private constructor(file: string, target: string, temporary: string, handle: FileHandle) {
    this.#file = file
    this.#target = target
    this.#temporary = temporary
    this.#handle = handle
    this.#packer = file.endsWith('.gz') ? new Packer(handle) : undefined
  }

  /** @throws {BadInputError} if nothing can be written there. */
  static async open(file: string): Promise<LineFile> {
    const old = await stat(file).catch(() => undefined)
    if (old !== undefined && !old.isFile()) {
      throw new BadInputError(
        `${file} is no regular file, so writeLines() cannot replace it. Use toWritable().`,
      )
    }
    const target = old === undefined ? file : await realpath(file)
    const folder = dirname(target)
    const temporary = join(folder, `.${basename(target).slice(0, 50)}-${randomUUID()}.tmp`)
    try {
      // a file that only its owner may read must not become readable by being written anew
      const handle = await open(temporary, 'wx', old === undefined ? undefined : old.mode & 0o7777)
      // what the umask took away; a file system without modes may refuse
      if (old !== undefined) await handle.chmod(old.mode & 0o7777).catch(() => undefined)
      return new LineFile(file, target, temporary, handle)
    } catch (cause) {
      throw new BadInputError(`writeLines() cannot write into the folder ${folder}: ${messageOf(cause)}`, {
        cause,
      })
    }
  }

  /** Adds one line. A promise each time that a block is written. */
  write(line: string): void | Promise<void> {
    this.#lines++
    this.#block += `${line}\n`
    if (this.#block.length >= BLOCK_CHARS) return this.#flush()
  }

  async #flush(): Promise<void> {
    const block = Buffer.from(this.#block)
    this.#block = ''
    try {
      if (this.#packer === undefined) await this.#handle.appendFile(block)
      else await this.#packer.write(block)
    } catch (cause) {
      // a disk that is full says neither which file it was nor what has become of it
      throw new BadInputError(
        `writeLines() cannot write ${this.#file}: ${messageOf(cause)}. What was there before is unchanged.`,
        { cause },
      )
    }
  }

  /** Completes the file and puts it in its place. */
  async commit(): Promise<WrittenFile> {
    if (this.#block !== '') await this.#flush()
    await this.#packer?.end()
    await this.#handle.sync()
    const { size } = await this.#handle.stat()
    await this.#handle.close()
    await rename(this.#temporary, this.#target)
    await syncFolder(dirname(this.#target))
    return { file: this.#file, lines: this.#lines, bytes: size }
  }

  /** Removes what was written; the target stays as it was. Never fails. */
  async discard(): Promise<void> {
    this.#packer?.abandon()
    await this.#handle.close().catch(() => undefined)
    await rm(this.#temporary, { force: true }).catch(() => undefined)
  }
}

/** Packs blocks into the file. */
class Packer {
  readonly #gzip: Gzip = createGzip()
  readonly #written: Promise<void>

  constructor(handle: FileHandle) {
    this.#written = drain(this.#gzip, handle)
    this.#written.catch(() => undefined) // `write` and `end` tell it
  }

  /** Resolves when there is room for another block. */
  async write(block: Buffer): Promise<void> {
    const taken = new Promise<boolean>((resolve) => this.#gzip.write(block, (error) => resolve(!error)))
    // a failed file destroys the packer, which then says only that it was destroyed
    if (!(await taken)) await this.#written
  }

  end(): Promise<void> {
    this.#gzip.end()
    return this.#written
  }

  abandon(): void {
    this.#gzip.destroy()
  }
}

async function drain(gzip: Gzip, handle: FileHandle): Promise<void> {
  for await (const chunk of gzip) await handle.appendFile(chunk as Buffer)
}

/** Makes the new name last through a crash, where folders can be synced (not on Windows). */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}
