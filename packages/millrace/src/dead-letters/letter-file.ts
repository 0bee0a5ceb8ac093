/**
 * `LetterFile`: what `millrace run --dead-letters` leaves behind: the items that were set aside, a line of JSON each.
 * Called by `command/run.ts`, which holds the file's lock. A slow disk holds back what fails; a disk that fails ends the run.
 */

import { type FileHandle, open } from 'node:fs/promises'
import { BadInputError, type DeadLetter, messageOf } from '@millrace/core'
import { lineOf } from './letter-line.ts'

const NEWLINE = 0x0a

/**
 * Opens the file: letters are added to those of earlier runs, unless it is to be emptied, once the run has begun.
 *
 * @throws {BadInputError} if it cannot be written to.
 */
export async function openLetters(file: string, overwrite: boolean): Promise<LetterFile> {
  try {
    const handle = await open(file, 'a+')
    return new LetterFile(file, handle, () => (overwrite ? handle.truncate() : beginLine(handle)))
  } catch (cause) {
    throw notWritable(file, cause)
  }
}

/** The process that wrote here before may have died within a line. */
export async function beginLine(handle: FileHandle): Promise<void> {
  const found = await handle.stat()
  if (!found.isFile() || found.size === 0) return
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, found.size - 1)
  if (buffer[0] !== NEWLINE) await handle.appendFile('\n')
}

/** The error of a file that cannot be written. */
export function notWritable(file: string, cause: unknown): BadInputError {
  return new BadInputError(`The dead letters ${file} cannot be written: ${messageOf(cause)}`, { cause })
}

/** Writes letters as they come. */
export class LetterFile {
  readonly #file: string
  readonly #handle: Pick<FileHandle, 'appendFile' | 'close'>
  readonly #prepare: () => Promise<void>
  #following: Promise<void> = Promise.resolve()

  /** `prepare` is called before the first letter. */
  constructor(
    file: string,
    handle: Pick<FileHandle, 'appendFile' | 'close'>,
    prepare: () => Promise<void> = async () => undefined,
  ) {
    this.#file = file
    this.#handle = handle
    this.#prepare = prepare
  }

  /** Writes all letters there are. `onFailed` is told if one cannot be written; the rest are not, then. */
  follow(letters: AsyncIterable<DeadLetter>, onFailed: (error: BadInputError) => void): void {
    this.#following = this.#write(letters).catch((cause: unknown) => onFailed(notWritable(this.#file, cause)))
  }

  async #write(letters: AsyncIterable<DeadLetter>): Promise<void> {
    await this.#prepare()
    for await (const letter of letters) await this.#handle.appendFile(`${lineOf(letter)}\n`)
  }

  /** Resolves when all is on its way to the disk, and the file is closed. To be called once the run has ended. */
  async end(): Promise<void> {
    await this.#following
    await this.#handle.close()
  }
}
