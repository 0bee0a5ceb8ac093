/**
 * `LetterFile`: what `millrace run --dead-letters` leaves behind: the items that were set aside, a line of JSON each.
 * Called by `command/run.ts`. A slow disk holds back what fails; a disk that fails ends the run.
 */

import { type FileHandle, open } from 'node:fs/promises'
import { BadInputError, type DeadLetter, messageOf } from '@millrace/core'
import { lineOf } from './letter-line.ts'

/** Opens the file, and empties it. @throws {BadInputError} if it cannot be written to. */
export async function openLetters(file: string): Promise<LetterFile> {
  try {
    return new LetterFile(file, await open(file, 'w'))
  } catch (cause) {
    throw notWritable(file, cause)
  }
}

function notWritable(file: string, cause: unknown): BadInputError {
  return new BadInputError(`The dead letters ${file} cannot be written: ${messageOf(cause)}`, { cause })
}

/** Writes letters as they come. */
export class LetterFile {
  readonly #file: string
  readonly #handle: Pick<FileHandle, 'appendFile' | 'close'>
  #following: Promise<void> = Promise.resolve()

  constructor(file: string, handle: Pick<FileHandle, 'appendFile' | 'close'>) {
    this.#file = file
    this.#handle = handle
  }

  /** Writes all letters there are. `onFailed` is told if one cannot be written; the rest are not, then. */
  follow(letters: AsyncIterable<DeadLetter>, onFailed: (error: BadInputError) => void): void {
    this.#following = this.#write(letters).catch((cause: unknown) => onFailed(notWritable(this.#file, cause)))
  }

  async #write(letters: AsyncIterable<DeadLetter>): Promise<void> {
    for await (const letter of letters) await this.#handle.appendFile(`${lineOf(letter)}\n`)
  }

  /** Resolves when all is on its way to the disk, and the file is closed. To be called once the run has ended. */
  async end(): Promise<void> {
    await this.#following
    await this.#handle.close()
  }
}
