/** `DescriptorFollower`: one file that may only grow; anything else is an error. Made by `followerOf`. */

import { open } from 'node:fs/promises'
import { BadInputError, ChangedFileError, messageOf } from '@millrace/core'
import { type FileMark, FileMarker } from '../source/file-mark.ts'
import type { Follower } from './contracts.ts'
import { GrowingFile } from './growing-file.ts'
import { fileAt, idOf } from './past-files.ts'

/** Follows the file that had the name when it was opened. */
export class DescriptorFollower implements Follower {
  readonly path: string
  readonly #before: FileMark | undefined
  #opening: Promise<GrowingFile> | undefined
  #file: GrowingFile | undefined
  #isClosed = false

  constructor(path: string, before: FileMark | undefined) {
    this.path = path
    this.#before = before
  }

  get at(): number {
    return this.place?.at ?? 0
  }

  get place(): FileMark | undefined {
    return this.#file?.mark ?? this.#before
  }

  /**
   * @throws {BadInputError} naming the path, if the file cannot be read, was cut, or is another one now.
   * @throws {ChangedFileError} if it does not begin with what an earlier reading read.
   */
  async read(bytes?: number): Promise<Buffer | undefined> {
    try {
      this.#opening ??= this.#open()
      const file = await this.#opening
      this.#file = file
      const read = await file.read(bytes)
      if (file.wasCut) throw await this.#cut(file)
      return read
    } catch (cause) {
      if (this.#isClosed) return undefined
      if (cause instanceof BadInputError || cause instanceof ChangedFileError) throw cause
      throw new BadInputError(`The file ${this.path} cannot be read: ${messageOf(cause)}`, { cause })
    }
  }

  async #open(): Promise<GrowingFile> {
    const handle = await open(this.path)
    try {
      const id = idOf(await handle.stat({ bigint: true }))
      return new GrowingFile(id, handle, await FileMarker.open(handle, this.path, this.#before))
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  take(bytes: Buffer): void {
    this.#file?.take(bytes)
  }

  /** @throws {BadInputError} naming the path, if it leads to another file now: nothing more will come of this one. */
  async advance(): Promise<'none'> {
    if (this.#file !== undefined && !this.#isClosed) await this.#checkName(this.#file)
    return 'none'
  }

  async #cut(file: GrowingFile): Promise<BadInputError> {
    const size = await file.size()
    return this.#unlike(
      size < this.at ? `was cut from ${this.at} bytes to ${size}` : 'was cut and written again',
    )
  }

  async #checkName(file: GrowingFile): Promise<void> {
    // one without a name may yet grow through other handles
    const named = await fileAt(this.path, '')
    if (named !== undefined && named.id !== file.id)
      throw this.#unlike('was replaced by another file of its name')
  }

  #unlike(how: string): BadInputError {
    return new BadInputError(
      `The file ${this.path} ${how} while it was read, and what was added in between may be lost. To read files that are ` +
        "rotated, say follow: 'name'. To begin with the new content, start the run again; or take whole contents from fileWatch().",
    )
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const file = await this.#opening?.catch(() => undefined)
    await file?.close()
  }
}
