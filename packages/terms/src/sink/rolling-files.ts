/**
 * `RollingFiles`: one file after the other, each of which appears as a whole under its name. Made by `writeLines` with
 * `roll`.
 *
 * Each file is written beside its name. With checkpoints it gets its name once a checkpoint holds that it is complete, so
 * what readers see is never written again. Before names are given the run's `Stake` tells up to which line all is complete: a
 * resumed run leaves out these lines, from whichever checkpoint it goes on. A file that has its name belongs to its readers,
 * who may take it away: while the stake is there, a temporary file that is missing has got its name.
 */

import { type FileHandle, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BadInputError, type Clock } from '@millrace/core'
import { type FileLock, syncFolder } from '@millrace/core/files'
import { beforeProcessEnds } from '../process-end.ts'
import { BEGIN, BlockFile, type BlockPosition, type Flushing } from './block-file.ts'
import { removeLeftovers, stakeBeside, temporaryBeside } from './leftovers.ts'
import { exists, lockOf, regularAt } from './line-file.ts'
import { checkPosition, type LineTarget, type WrittenFile } from './line-target.ts'
import {
  type ClosedFile,
  create,
  type LastPart,
  type OpenFile,
  positionOf,
  type RolledName,
  type RollingPosition,
  reopened,
} from './rolled-file.ts'
import { RolledNames } from './rolled-names.ts'
import { Stake } from './stake.ts'

/** The latest time that a date can tell, in ms. */
const MAX_TIME = 8.64e15

/** How files are rolled; `time` was asked before. */
export interface Rolling {
  readonly maxBytes: number | undefined
  readonly everyMs: number | undefined
  /** Whether lines say to which time they belong; else the clock says it. */
  readonly isTimed: boolean
  readonly clock: Clock
  readonly flushMs: number | undefined
}

/** The files of one run. */
export class RollingFiles implements LineTarget {
  readonly #file: string
  readonly #rolling: Rolling
  readonly #lock: FileLock | undefined
  readonly #stake: Stake
  #names: RolledNames
  #head: string | undefined
  #open: OpenFile | undefined
  /** Those that are complete and have no name yet, oldest first. */
  #closed: ClosedFile[] = []
  #lines = 0
  #bytes = 0
  /** A checkpoint may hold what is here, so names are given only once one does. */
  #isKept = false
  /** Lines that are in files which are complete. */
  #complete = 0
  #isOver = false
  /** What is done to files, one after the other. */
  #work: Promise<void> = Promise.resolve()
  #isWorking = false
  readonly #callOff = beforeProcessEnds(() => this.#lock?.release())

  private constructor(file: string, rolling: Rolling, lock: FileLock | undefined, stake: Stake) {
    this.#file = file
    this.#rolling = rolling
    this.#lock = lock
    this.#stake = stake
    this.#names = new RolledNames(file, rolling.everyMs)
  }

  /** @throws {BadInputError} if nothing can be written there. @throws {InUseError} if another run writes these files. */
  static async open(file: string, rolling: Rolling): Promise<RollingFiles> {
    const lock = await lockOf(file)
    try {
      await regularAt(file, 'write files named after')
      await removeLeftovers(file)
      const stake = new Stake(stakeBeside(file))
      await stake.write({ lines: 0, closed: [], parts: [] })
      return new RollingFiles(file, rolling, lock, stake)
    } catch (error) {
      lock?.release()
      throw error
    }
  }

  /**
   * @throws {BadInputError} if a position is of other files, or another run has begun to write these since.
   * @throws {InUseError} if another run writes them.
   */
  static async reopen(file: string, rolling: Rolling, position: RollingPosition): Promise<RollingFiles> {
    checkPosition(file, 'roll', position)
    const lock = await lockOf(file)
    const files = new RollingFiles(file, rolling, lock, new Stake(position.stake))
    files.#isKept = true
    try {
      await regularAt(file, 'write files named after')
      await files.#resume(position)
      return files
    } catch (error) {
      await files.discard()
      throw error
    }
  }

  async #resume({ stake, head, lines, bytes, open: begun, closed, parts }: RollingPosition): Promise<void> {
    const complete = await this.#stake.read()
    // of a later checkpoint, or of the end: what was under way is complete
    const isAhead = complete.lines >= lines
    const own = [...complete.closed, ...closed, ...(isAhead || begun === undefined ? [] : [begun])]
    await removeLeftovers(this.#file, [stake, ...own.map(({ temporary }) => temporary)])
    this.#head = head
    this.#lines = lines
    this.#bytes = bytes
    this.#names = new RolledNames(this.#file, this.#rolling.everyMs, isAhead ? complete.parts : parts)
    for (const each of complete.closed) await this.#name(each)
    this.#complete = isAhead ? complete.lines : lines - (begun?.lines ?? 0)
    if (isAhead) return
    await this.#giveNames(closed, parts)
    if (begun !== undefined) this.#begun(begun, await reopened(begun), begun)
  }

  begin(head: string): void {
    this.#head = head
  }

  write(line: string, at?: number): void | Promise<void> {
    const bytes = Buffer.byteLength(line) + 1
    this.#lines++
    this.#bytes += bytes
    if (this.#lines <= this.#complete) return
    const period = this.#periodOf(at)
    const file = this.#open
    if (!this.#isWorking && file !== undefined && this.#fits(file, period, bytes))
      return put(file, line, bytes)
    return this.#do(async () => {
      if (this.#open !== undefined && !this.#fits(this.#open, period, bytes)) await this.#finish()
      this.#open ??= await this.#beginFile(period)
      await put(this.#open, line, bytes)
    })
  }

  #periodOf(at: number | undefined): number | undefined {
    const { everyMs, isTimed, clock } = this.#rolling
    if (everyMs === undefined) return undefined
    const time = isTimed ? at : clock.now()
    if (typeof time === 'number' && Math.abs(time) <= MAX_TIME) return Math.floor(time / everyMs) * everyMs
    throw new BadInputError(
      `roll.time gave ${time} for line ${this.#lines} of ${this.#file}, which is no time in ms.`,
    )
  }

  #fits(file: OpenFile, period: number | undefined, bytes: number): boolean {
    const { maxBytes = Number.POSITIVE_INFINITY } = this.#rolling
    return file.period === period && (file.lines.lines === 0 || file.bytes + bytes <= maxBytes)
  }

  /** One step after the other; the first failure is that of all that follow. */
  #do(step: () => Promise<void>): Promise<void> {
    this.#isWorking = true
    const work = this.#work.then(step)
    this.#work = work
    const isOver = (): void => {
      if (this.#work === work) this.#isWorking = false
    }
    work.then(isOver, () => undefined)
    return work
  }

  async #beginFile(period: number | undefined): Promise<OpenFile> {
    const name = await this.#names.free(period, this.#given)
    const temporary = temporaryBeside(this.#file)
    const file = this.#begun({ temporary, ...name }, await create(temporary), BEGIN)
    if (this.#head !== undefined) {
      file.lines.begin(this.#head)
      file.bytes += Buffer.byteLength(this.#head) + 1
    }
    return file
  }

  #begun(
    { temporary, final, period, part }: RolledName & { readonly temporary: string },
    handle: FileHandle,
    position: BlockPosition,
  ): OpenFile {
    const { clock, flushMs } = this.#rolling
    const flushing: Flushing | undefined = flushMs === undefined ? undefined : { clock, flushMs }
    const lines = new BlockFile({ name: final, folder: dirname(temporary) }, handle, position, flushing)
    const bytes = position.bytes + Buffer.byteLength(position.block)
    const file = { temporary, final, period, part, lines, bytes, cancel: () => {} }
    this.#open = file
    this.#finishInTime(file)
    return file
  }

  /** Where the clock decides, a file is complete when its period is over, though no line comes. */
  #finishInTime(file: OpenFile): void {
    const { everyMs, isTimed, clock } = this.#rolling
    const { period } = file
    if (everyMs === undefined || isTimed || period === undefined) return
    const leftMs = period + everyMs - clock.now()
    file.cancel = clock.after(Math.max(1, leftMs), () => {
      if (this.#isOver) return
      // the wall clock may have been set back
      if (clock.now() < period + everyMs) this.#finishInTime(file)
      else this.#do(() => (this.#open === file ? this.#finish() : Promise.resolve())).catch(() => undefined)
    })
  }

  /** The file at hand is complete. */
  async #finish(): Promise<void> {
    const file = this.#open as OpenFile
    const { temporary, final, period, part, lines, cancel } = file
    cancel()
    const written = lines.flush()
    // before anything is waited for: a checkpoint may be taken meanwhile
    this.#open = undefined
    this.#complete += lines.lines
    this.#names.add(file)
    const closed = { temporary, final, period, part, upTo: this.#complete }
    this.#closed.push(closed)
    await written
    await lines.sync()
    await lines.close()
    if (!this.#isKept) await this.#name(closed)
  }

  /** Gives files their names that a checkpoint holds as complete, with these parts. */
  async #giveNames(closed: readonly ClosedFile[], parts: readonly LastPart[]): Promise<void> {
    const last = closed.at(-1)
    if (last === undefined) return
    await this.#stake.write({ lines: last.upTo, closed, parts })
    for (const each of closed) await this.#name(each)
  }

  /** Gives a file its name, unless it has had it. */
  async #name({ temporary, final, period }: ClosedFile): Promise<void> {
    if (await exists(temporary)) {
      await rename(temporary, await this.#nameFor(final, period))
      await syncFolder(dirname(temporary))
    }
    this.#closed = this.#closed.filter((each) => each.temporary !== temporary)
  }

  /** Names that are given, and that no file has yet. */
  get #given(): readonly RolledName[] {
    return this.#open === undefined ? this.#closed : [...this.#closed, this.#open]
  }

  /** The name that was meant for a file, unless something else has it by now. */
  async #nameFor(final: string, period: number | undefined): Promise<string> {
    if (!(await exists(final))) return final
    const other = await this.#names.free(period, this.#given)
    this.#names.add(other)
    return other.final
  }

  position(): RollingPosition {
    this.#isKept = true
    const file = this.#open
    return {
      kind: 'roll',
      file: this.#file,
      stake: this.#stake.path,
      head: this.#head,
      lines: this.#lines,
      bytes: this.#bytes,
      open: file && positionOf(file),
      closed: [...this.#closed],
      parts: this.#names.parts,
    }
  }

  async sync(): Promise<void> {
    const file = this.#open
    await this.#work
    await file?.lines.sync().catch((error: unknown) => {
      // it was completed meanwhile, and so it is on the disk
      if (this.#open === file) throw error
    })
  }

  async acknowledge(position: unknown): Promise<void> {
    const { closed, parts } = position as RollingPosition
    const known = closed.filter(({ temporary }) => this.#closed.some((each) => each.temporary === temporary))
    if (known.length === 0) return
    await this.#do(() => this.#giveNames(known, parts))
  }

  async commit(): Promise<WrittenFile> {
    await this.#do(async () => {
      if (this.#open !== undefined) await this.#finish()
      const closed = [...this.#closed]
      // a run that was stopped goes on from its last checkpoint
      if (this.#isKept) await this.#stake.write({ lines: this.#complete, closed, parts: this.#names.parts })
      for (const each of closed) await this.#name(each)
    })
    await this.discard()
    return { file: this.#file, lines: this.#lines, bytes: this.#bytes }
  }

  /** Files that have their names stay; of the others, and the stake, what a checkpoint may speak of. */
  async discard(): Promise<void> {
    this.#isOver = true
    // a file may just be being made
    await this.#work.catch(() => undefined)
    const file = this.#open
    file?.cancel()
    await file?.lines.close()
    if (!this.#isKept) await removeLeftovers(this.#file)
    this.#callOff()
    this.#lock?.release()
  }
}

function put(file: OpenFile, line: string, bytes: number): void | Promise<void> {
  file.bytes += bytes
  return file.lines.write(line)
}
