/**
 * `LineFile`: a file that is written beside its target and takes its place only when complete. Called by
 * `writeLines`.
 */

import { createReadStream, rmSync, type Stats } from 'node:fs'
import { constants, copyFile, type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32, createGzip, type Gzip } from 'node:zlib'
import { BadInputError, InUseError, messageOf } from '@millrace/core'
import { FileLock, syncFolder } from '@millrace/core/files'
import { beforeProcessEnds } from '../process-end.ts'
import { BEGIN, BlockFile, type BlockPosition } from './block-file.ts'
import { removeLeftovers, temporaryBeside } from './leftovers.ts'
import { checkPosition, type LineTarget, type PositionOf, type WrittenFile } from './line-target.ts'

/** How far a file has come. */
export interface LineFilePosition extends BlockPosition, PositionOf<'whole'> {
  readonly target: string
  readonly temporary: string
}

/** A file under way. Whoever opens it calls `commit` or `discard`. */
export class LineFile implements LineTarget {
  readonly #file: string
  /** What is replaced: `#file`, or what it links to. */
  readonly #target: string
  readonly #temporary: string
  readonly #handle: FileHandle
  /** While it is held nothing else writes this file. */
  readonly #lock: FileLock | undefined
  readonly #packer: Packer | undefined
  readonly #lines: BlockFile
  /** Somebody may go on with the file, so it must not be removed. */
  #isKept = false
  #syncing: Promise<void> = Promise.resolve()
  /** A signal that ends the process leaves no half of a file that nobody will go on with. */
  readonly #callOff = beforeProcessEnds(() => {
    if (!this.#isKept) rmSync(this.#temporary, { force: true })
    this.#lock?.release()
  })

  private constructor(
    file: string,
    target: string,
    temporary: string,
    handle: FileHandle,
    lock: FileLock | undefined,
    position: BlockPosition = BEGIN,
  ) {
    this.#file = file
    this.#target = target
    this.#temporary = temporary
    this.#handle = handle
    this.#lock = lock
    const packer = file.endsWith('.gz') ? new Packer(handle) : undefined
    this.#packer = packer
    this.#lines = new BlockFile(
      { name: file, folder: dirname(target) },
      handle,
      position,
      undefined,
      packer && ((block) => packer.write(block)),
    )
  }

  /** @throws {BadInputError} if nothing can be written there. @throws {InUseError} if another run writes it. */
  static async open(file: string): Promise<LineFile> {
    // before anything is looked at: another run that ends meanwhile would change it
    const lock = await lockOf(file)
    try {
      return await LineFile.#begin(file, lock)
    } catch (error) {
      lock?.release()
      throw error
    }
  }

  static async #begin(file: string, lock: FileLock | undefined): Promise<LineFile> {
    const old = await regularAt(file, 'replace')
    const target = old === undefined ? file : await realpath(file)
    const folder = dirname(target)
    await removeLeftovers(target)
    const temporary = temporaryBeside(target)
    try {
      // a file that only its owner may read must not become readable by being written anew
      const handle = await open(temporary, 'wx', old === undefined ? undefined : old.mode & 0o7777)
      // what the umask took away; a file system without modes may refuse
      if (old !== undefined) await handle.chmod(old.mode & 0o7777).catch(() => undefined)
      return new LineFile(file, target, temporary, handle, lock)
    } catch (cause) {
      throw unwritable(folder, cause)
    }
  }

  /**
   * Opens a file again at a position, and cuts off what came after it.
   *
   * @throws {BadInputError} if the file is gone, is shorter, or belongs to another one.
   * @throws {InUseError} if another run writes it.
   */
  static async reopen(file: string, position: LineFilePosition): Promise<LineFile> {
    checkPosition(file, 'whole', position)
    const lock = await lockOf(file)
    try {
      return await LineFile.#cutTo(position, lock)
    } catch (error) {
      lock?.release()
      throw error
    }
  }

  static async #cutTo(position: LineFilePosition, lock: FileLock | undefined): Promise<LineFile> {
    const { file, target, temporary, bytes } = position
    if (!(await exists(temporary))) await takeBack(position)
    // without O_CREAT: a file that is gone must not be taken for an empty one
    const handle = await open(temporary, constants.O_WRONLY | constants.O_APPEND)
    const { size } = await handle.stat()
    if (size < bytes) {
      await handle.close()
      throw new BadInputError(
        `${temporary} has ${size} bytes, fewer than the ${bytes} that the checkpoint knows of. ` +
          'Remove the checkpoint to begin anew.',
      )
    }
    await handle.truncate(bytes)
    const reopened = new LineFile(file, target, temporary, handle, lock, position)
    reopened.#isKept = true
    return reopened
  }

  /** How far it has come: from now on the file is kept, whatever becomes of the run. No write may be under way. */
  position(): LineFilePosition {
    this.#isKept = true
    return {
      kind: 'whole',
      file: this.#file,
      target: this.#target,
      temporary: this.#temporary,
      ...this.#lines.position,
    }
  }

  /** Resolves once the bytes that were written before would survive a crash of the machine. */
  sync(): Promise<void> {
    this.#syncing = this.#lines.sync()
    return this.#syncing
  }

  /** Puts a line ahead of all others; it is not counted. */
  begin(head: string): void {
    this.#lines.begin(head)
  }

  /** Adds one line. A promise each time that a block is written. @throws {BadInputError} for half a character. */
  write(line: string): void | Promise<void> {
    return this.#lines.write(line)
  }

  /** Completes the file and puts it in its place. */
  async commit(): Promise<WrittenFile> {
    await this.#lines.flush()
    await this.#packer?.end()
    await this.#syncing
    await this.#handle.sync()
    const { size } = await this.#handle.stat()
    await this.#handle.close()
    await rename(this.#temporary, this.#target)
    this.#callOff()
    await syncFolder(dirname(this.#target))
    this.#lock?.release()
    return { file: this.#file, lines: this.#lines.lines, bytes: size }
  }

  /** Removes what was written, unless it is kept; the target stays as it was. Never fails. */
  async discard(): Promise<void> {
    this.#packer?.abandon()
    await this.#syncing.catch(() => undefined)
    await this.#lines.close()
    this.#callOff()
    if (!this.#isKept) await rm(this.#temporary, { force: true }).catch(() => undefined)
    this.#lock?.release()
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

export async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined
}

/**
 * The run had completed its file when it died: a copy of it is gone on with. That it is that file its begin shows.
 *
 * @throws {BadInputError} if it is not.
 */
async function takeBack({ target, temporary, bytes, crc }: LineFilePosition): Promise<void> {
  const copy = `${temporary}.copy`
  if (bytes === 0) await (await open(copy, 'w')).close()
  else if ((await exists(target)) && (await crcOf(target, bytes)) === crc) await copyFile(target, copy)
  else {
    throw new BadInputError(
      `The file ${temporary}, which holds what was written before the checkpoint, is gone. ` +
        'Remove the checkpoint to begin anew.',
    )
  }
  // by its name it counts as whole
  await rename(copy, temporary)
}

/** The CRC-32 of a file's first bytes; `undefined` if it has fewer. */
export async function crcOf(file: string, bytes: number): Promise<number | undefined> {
  let [seen, crc] = [0, 0]
  for await (const chunk of createReadStream(file, { end: bytes - 1 }) as AsyncIterable<Buffer>) {
    seen += chunk.length
    crc = crc32(chunk, crc)
  }
  return seen === bytes ? crc : undefined
}

/** What is at a path, if anything. @throws {BadInputError} if that is no regular file; `verb` says what cannot be done. */
export async function regularAt(file: string, verb: string): Promise<Stats | undefined> {
  const found = await stat(file).catch(() => undefined)
  if (found === undefined || found.isFile()) return found
  throw new BadInputError(`${file} is no regular file, so writeLines() cannot ${verb} it. Use toWritable().`)
}

export async function lockOf(file: string): Promise<FileLock | undefined> {
  try {
    return await FileLock.ofFile(file, 'The file')
  } catch (cause) {
    throw cause instanceof InUseError ? cause : unwritable(dirname(file), cause)
  }
}

export function unwritable(folder: string, cause: unknown): BadInputError {
  return new BadInputError(`writeLines() cannot write into the folder ${folder}: ${messageOf(cause)}`, {
    cause,
  })
}
