/**
 * `NameFollower`: the files that have one name, one after the other, each read to its end. Made by `followerOf`.
 *
 * A file that is rotated gets another name, and a new one its old name; or it is copied, and cut to nothing
 * (`copytruncate`). Either way the files of the past lie in order in the folder. So the place is a file, known by its device
 * and inode, or by what was read of it, and the next one is the one behind it in that order. `Chain` finds both.
 *
 * Races are met by the order of looks. A file is left only once its successor was seen, and it was read to its end after
 * that; where the successor has the name now, only once that has content, and after a pause, since a program may go on
 * writing to the file that it has open. If it does so still later, the run fails. A file that is cut has its copy before that:
 * while few bytes tell what was read, nothing that was read counts before the folder was looked at again.
 */

import { BadInputError, ChangedFileError, messageOf } from '@millrace/core'
import { EDGE_BYTES } from '../source/file-mark.ts'
import { Chain, type Step } from './chain.ts'
import type { Advance, Follower, NameOptions, NamePlace } from './contracts.ts'
import { GrowingFile } from './growing-file.ts'

const NOTHING = Buffer.alloc(0)
/** Looks in which the next file may be missing: files are just being renamed. */
const MISSES = 2

/** Follows one name. */
export class NameFollower implements Follower {
  readonly #name: string
  readonly #chain: Chain
  #place: NamePlace
  #isBegun: boolean
  #isResumed: boolean
  #file: GrowingFile | undefined
  #path: string
  /** The next file that was seen when the one at hand was to be read to its end. */
  #leavingFor: string | undefined
  #misses = 0
  /** Whether the file at hand was removed, and no other one has its name. */
  isGone = false
  /** Whether no other file comes behind the one at hand, as it was at the last look. */
  isLast = false
  #isClosed = false

  constructor(
    name: string,
    place: NamePlace | undefined,
    { fromOldest = false, newestNumber }: NameOptions = {},
  ) {
    this.#name = name
    this.#path = name
    this.#chain = new Chain(name, newestNumber)
    this.#place = place ?? {}
    this.#isBegun = place !== undefined || fromOldest
    this.#isResumed = place !== undefined
  }

  get path(): string {
    return this.#path
  }

  get at(): number {
    return this.#file?.mark.at ?? this.#place.file?.mark.at ?? 0
  }

  get place(): NamePlace {
    const file = this.#file
    if (file === undefined || this.#place.file === undefined) return this.#place
    return { ...this.#place, file: { ...this.#place.file, mark: file.mark } }
  }

  /** @throws {BadInputError} if the file cannot be read. */
  async read(bytes?: number): Promise<Buffer | undefined> {
    return this.#safely(async () => {
      const read = await this.#file?.read(bytes)
      if (read === undefined || this.#isStrong || this.#place.file?.isCopy === true) return read
      // other content may begin as this did: it is this one's if nothing was copied before it was read
      return (await this.#chain.isCut(this.place, this.#file as GrowingFile)) ? undefined : read
    })
  }

  take(bytes: Buffer): void {
    this.#file?.take(bytes)
  }

  /**
   * @throws {BadInputError} if files of the past that are to be read cannot be found or read.
   * @throws {ChangedFileError} if a run that was resumed does not find the file that it was reading.
   */
  async advance(left: number): Promise<Advance> {
    return (await this.#safely(() => this.#advance(left))) ?? 'none'
  }

  async #advance(left: number): Promise<Advance> {
    await this.#begin()
    const step = await this.#chain.step(this.place, this.#file)
    this.isGone = step.kind === 'gone'
    this.isLast = step.kind === 'stay'
    switch (step.kind) {
      case 'stay':
      case 'gone':
        return this.#found('none')
      case 'lost':
        return this.#miss(step.why)
      case 'open':
        return this.#open(step)
      case 'next':
        return this.#leave(step, left)
    }
  }

  /** At the first look: what is there of the past is not to be read. */
  async #begin(): Promise<void> {
    if (this.#isBegun) return
    const newest = await this.#chain.newest()
    if (newest !== undefined) this.#place = { before: { ...newest, isDone: false } }
    this.#isBegun = true
  }

  /** Goes on with another file, at the place that the one at hand has, or from its begin. */
  async #open({ file, mark, isCopy, before }: Extract<Step, { kind: 'open' }>): Promise<Advance> {
    const opened = await GrowingFile.open(file, mark)
    if (opened === undefined) return this.#miss('was renamed while it was looked for')
    const tail = this.#file?.tail ?? NOTHING
    await this.#read(opened, file.path, {
      file: { id: opened.id, born: file.born, mark: opened.mark, isCopy },
      before,
    })
    // the same file under another name, or in its copy
    const isSame = mark !== undefined
    return this.#found(isSame ? 'again' : { rest: NOTHING, goesOn: false, tail })
  }

  /** Has a file take the place of the one at hand. */
  async #read(opened: GrowingFile, path: string, place: NamePlace): Promise<void> {
    await this.#file?.close()
    if (this.#isClosed) await opened.close()
    this.#file = opened
    this.#path = path
    this.#place = place
    this.#leavingFor = undefined
  }

  async #leave(step: Extract<Step, { kind: 'next' }>, left: number): Promise<Advance> {
    const file = this.#file as GrowingFile
    const place = this.place.file as NonNullable<NamePlace['file']>
    if (this.#leavingFor !== step.file.id) {
      const isSettled = place.isCopy || step.hasMore
      if (!isSettled && step.file.size === 0) return this.#found('none')
      this.#leavingFor = step.file.id
      return this.#found(isSettled ? 'again' : 'wait')
    }
    const opened = await GrowingFile.open(step.file)
    if (opened === undefined) return this.#miss('was renamed while it was looked for')
    const rest = await file.read(left + 1)
    if ((rest?.length ?? 0) !== left) {
      await opened.close()
      return this.#found('again')
    }
    if (rest !== undefined) file.take(rest)
    // an empty file cannot be known again by what it holds, and does no harm if it is read once more
    const before =
      file.mark.at === 0 ? this.#place.before : { id: file.id, mark: file.mark, isDone: !place.isCopy }
    const { tail } = file
    await this.#read(opened, step.file.path, {
      file: { id: opened.id, born: step.file.born, mark: opened.mark, isCopy: step.isCopy },
      before,
    })
    return this.#found({ rest: rest ?? NOTHING, goesOn: place.isCopy, tail })
  }

  /** With many bytes to know it by, what begins like this file is this file. */
  get #isStrong(): boolean {
    return this.at >= EDGE_BYTES
  }

  #found(advance: Advance): Advance {
    this.#misses = 0
    if (this.#file !== undefined) this.#isResumed = false
    return advance
  }

  #miss(why: string): Advance {
    if (++this.#misses < MISSES) return 'wait'
    if (this.#isResumed) throw new ChangedFileError(this.#name, why)
    throw new BadInputError(
      `The file ${this.#name} cannot be followed: it ${why}. What was written in between would be lost. Keep enough ` +
        'rotated files in its folder, named as usual; or start again, without checkpoints, with what there is now.',
    )
  }

  async #safely<Result>(action: () => Promise<Result>): Promise<Result | undefined> {
    if (this.#isClosed) return undefined
    try {
      return await action()
    } catch (cause) {
      if (this.#isClosed) return undefined
      if (cause instanceof BadInputError || cause instanceof ChangedFileError) throw cause
      throw new BadInputError(`The file ${this.#path} cannot be read: ${messageOf(cause)}`, { cause })
    }
  }

  /** Whether a file is open. */
  get isOpen(): boolean {
    return this.#file !== undefined
  }

  /** Closes the file at hand; the next `read` and `advance` open it again. No call may be under way. */
  async release(): Promise<void> {
    this.#place = this.place
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#file?.close()
  }
}
