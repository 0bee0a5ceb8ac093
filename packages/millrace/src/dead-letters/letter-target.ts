/**
 * `LetterFileTarget`: the dead letters of a distributed run, in the file of `--dead-letters`. What the run has committed says
 * how long the file is: lines behind that are cut off by the command that goes on with it. Called by `command/run.ts`.
 */

import { type FileHandle, open } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { LetterTarget } from '@millrace/cluster'
import { BadInputError, type DeadLetter } from '@millrace/core'
import { beginLine, notWritable } from './letter-file.ts'
import { lineOf } from './letter-line.ts'

/** Writes letters as lines, each once. */
export class LetterFileTarget implements LetterTarget {
  readonly #file: string
  readonly #handle: FileHandle
  readonly #overwrite: boolean
  readonly place: string
  position = 0

  private constructor(file: string, handle: FileHandle, overwrite: boolean, place: string) {
    this.#file = file
    this.place = place
    this.#handle = handle
    this.#overwrite = overwrite
  }

  /** Opens the file; with `overwrite` it is emptied, once the run has begun. @throws {BadInputError} if it cannot be written to. */
  static async open(file: string, overwrite: boolean): Promise<LetterFileTarget> {
    try {
      const handle = await open(file, 'a+')
      const { dev, ino } = await handle.stat({ bigint: true })
      return new LetterFileTarget(file, handle, overwrite, `${resolve(file)} (${dev}:${ino})`)
    } catch (cause) {
      throw notWritable(file, cause)
    }
  }

  async begin(position: number | undefined): Promise<void> {
    if (position !== undefined) {
      const { size } = await this.#handle.stat()
      if (size < position) {
        throw new BadInputError(
          `The dead letters ${this.#file} have ${size} bytes, and this run has written ${position}. Name the same file, ` +
            'as it was left.',
        )
      }
      await this.#handle.truncate(position)
    } else if (this.#overwrite) await this.#handle.truncate()
    else await beginLine(this.#handle)
    this.position = (await this.#handle.stat()).size
  }

  async add(letters: readonly DeadLetter[]): Promise<void> {
    try {
      const lines = Buffer.from(letters.map((letter) => `${lineOf(letter)}\n`).join(''))
      await this.#handle.appendFile(lines)
      this.position += lines.length
    } catch (cause) {
      throw notWritable(this.#file, cause)
    }
  }

  async sync(): Promise<void> {
    await this.#handle.datasync().catch((cause: unknown) => {
      throw notWritable(this.#file, cause)
    })
  }

  /** To be called once the run has ended. */
  close(): Promise<void> {
    return this.#handle.close()
  }
}
