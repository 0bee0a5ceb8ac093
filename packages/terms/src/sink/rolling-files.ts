/**
 * `RollingFiles`: one file after the other, each of which appears as a whole under its name. Made by `writeLines` with
 * `roll`.
 *
 * Each file is written beside its name. With checkpoints it gets its name once a checkpoint holds that it is complete, so
 * what readers see is never written again. A file of its own, the *stake*, stands in the folder while the run is not over:
 * when all is complete, what gets its name then is written into it, and it is removed behind all others. So a run that died
 * in between is known to have been complete, and what it wrote is not written once more.
 */

import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BadInputError, type Clock } from '@millrace/core'
import { type FileLock, syncFolder, writeWhole } from '@millrace/core/files'
import { beforeProcessEnds } from '../process-end.ts'
import { BEGIN, BlockFile, type BlockPosition, type Flushing } from './block-file.ts'
import { otherFile } from './in-place-file.ts'
import { removeLeftovers, temporaryBeside } from './leftovers.ts'
import { exists, lockOf } from './line-file.ts'
import type { LineTarget, WrittenFile } from './line-target.ts'
import { partName } from './roll.ts'
import {
  type ClosedFile,
  checkNamed,
  create,
  gone,
  type OpenPosition,
  type RollingPosition,
  withBlock,
} from './rolled-file.ts'

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

interface OpenFile {
  readonly temporary: string
  readonly final: string
  readonly period: number | undefined
  readonly lines: BlockFile
  bytes: number
  cancel: () => void
}

/** The files of one run. */
export class RollingFiles implements LineTarget {
  readonly #file: string
  readonly #rolling: Rolling
  readonly #lock: FileLock | undefined
  readonly #stake: string
  #head: string | undefined
  #open: OpenFile | undefined
  /** Those that are complete and have no name yet, oldest first. */
  #closed: ClosedFile[] = []
  #lines = 0
  #bytes = 0
  /** A checkpoint may hold what is here, so names are given only once one does. */
  #isKept = false
  /** All that comes was written by a run that died when it was complete. */
  #isWritten = false
  /** What is done to files, one after the other. */
  #work: Promise<void> = Promise.resolve()
  #isWorking = false
  readonly #callOff = beforeProcessEnds(() => this.#lock?.release())

  private constructor(file: string, rolling: Rolling, lock: FileLock | undefined, stake: string) {
    this.#file = file
    this.#rolling = rolling
    this.#lock = lock
    this.#stake = stake
  }

  /** @throws {BadInputError} if nothing can be written there. @throws {InUseError} if another run writes these files. */
  static async open(file: string, rolling: Rolling): Promise<RollingFiles> {
    const lock = await lockOf(file)
    try {
      await removeLeftovers(file)
      const stake = temporaryBeside(file)
      await (await create(stake)).close()
      return new RollingFiles(file, rolling, lock, stake)
    } catch (error) {
      lock?.release()
      throw error
    }
  }

  /** @throws {BadInputError} if what a position speaks of is gone, or is of other files. */
  static async reopen(file: string, rolling: Rolling, position: RollingPosition): Promise<RollingFiles> {
    if (file !== position.file) throw otherFile(file, position.file)
    const lock = await lockOf(file)
    const files = new RollingFiles(file, rolling, lock, position.stake)
    try {
      await files.#resume(position)
      return files
    } catch (error) {
      await files.discard()
      throw error
    }
  }

  async #resume({ stake, head, lines, bytes, open: begun, closed }: RollingPosition): Promise<void> {
    this.#isKept = true
    this.#head = head
    this.#lines = lines
    this.#bytes = bytes
    const list = await readFile(stake, 'utf8').catch(() => undefined)
    if (list === '') {
      const own = [...closed, ...(begun === undefined ? [] : [begun])].map(({ temporary }) => temporary)
      await removeLeftovers(this.#file, [stake, ...own])
      for (const each of closed) await this.#name(each)
      if (begun !== undefined) await this.#goOnWith(begun)
      return
    }
    const complete = list === undefined ? [] : (JSON.parse(list) as ClosedFile[])
    for (const each of complete) await this.#name(each)
    // the stake alone is no proof: it may have been removed by hand
    const known = [...closed, ...(begun === undefined ? [] : [withBlock(begun)])]
    if (known.length + complete.length === 0) throw gone(stake)
    for (const each of known) await checkNamed(each)
    this.#isWritten = true
  }

  async #goOnWith(begun: OpenPosition): Promise<void> {
    const { temporary, final, period, bytes } = begun
    if (!(await exists(temporary))) throw gone(temporary)
    const handle = await open(temporary, 'r+')
    const { size } = await handle.stat()
    await handle.truncate(Math.min(size, bytes))
    await handle.close()
    if (size < bytes) throw gone(temporary)
    this.#begun({ temporary, final, period }, await open(temporary, 'a'), begun)
  }

  begin(head: string): void {
    this.#head = head
  }

  write(line: string, at?: number): void | Promise<void> {
    const bytes = Buffer.byteLength(line) + 1
    this.#lines++
    this.#bytes += bytes
    if (this.#isWritten) return
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
    const { everyMs = 0 } = this.#rolling
    let part = 1
    const isTaken = (final: string): Promise<boolean> | boolean =>
      this.#closed.some((each) => each.final === final) || exists(final)
    while (await isTaken(partName(this.#file, period, everyMs, part))) part++
    const final = partName(this.#file, period, everyMs, part)
    const temporary = temporaryBeside(this.#file)
    const file = this.#begun({ temporary, final, period }, await create(temporary), BEGIN)
    if (this.#head !== undefined) {
      file.lines.begin(this.#head)
      file.bytes += Buffer.byteLength(this.#head) + 1
    }
    return file
  }

  #begun(
    names: Pick<OpenFile, 'temporary' | 'final' | 'period'>,
    handle: FileHandle,
    position: BlockPosition,
  ): OpenFile {
    const { clock, flushMs } = this.#rolling
    const flushing: Flushing | undefined = flushMs === undefined ? undefined : { clock, flushMs }
    const lines = new BlockFile(names.final, handle, position, flushing)
    const bytes = position.bytes + Buffer.byteLength(position.block)
    const file = { ...names, lines, bytes, cancel: () => {} }
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
      // the wall clock may have been set back
      if (clock.now() < period + everyMs) this.#finishInTime(file)
      else this.#do(() => (this.#open === file ? this.#finish() : Promise.resolve())).catch(() => undefined)
    })
  }

  /** The file at hand is complete. */
  async #finish(): Promise<void> {
    const file = this.#open as OpenFile
    const { temporary, final, lines, cancel } = file
    cancel()
    const written = lines.flush()
    const { bytes, crc } = lines.position
    // before anything is waited for: a checkpoint may be taken meanwhile
    this.#open = undefined
    const closed = { temporary, final, bytes, crc }
    this.#closed.push(closed)
    await written
    await lines.sync()
    await lines.close()
    if (!this.#isKept) await this.#name(closed)
  }

  /** Gives a file its name, unless it has it. */
  async #name(closed: ClosedFile): Promise<void> {
    const { temporary, final } = closed
    if (await exists(temporary)) {
      await rename(temporary, final)
      await syncFolder(dirname(final))
    } else await checkNamed(closed)
    this.#closed = this.#closed.filter((each) => each.temporary !== temporary)
  }

  position(): RollingPosition {
    this.#isKept = true
    const file = this.#open
    return {
      file: this.#file,
      stake: this.#stake,
      head: this.#head,
      lines: this.#lines,
      bytes: this.#bytes,
      open: file && {
        temporary: file.temporary,
        final: file.final,
        period: file.period,
        ...file.lines.position,
      },
      closed: [...this.#closed],
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
    const { closed } = position as RollingPosition
    const known = closed.filter(({ temporary }) => this.#closed.some((each) => each.temporary === temporary))
    if (known.length === 0) return
    await this.#do(async () => {
      for (const each of known) await this.#name(each)
    })
  }

  async commit(): Promise<WrittenFile> {
    await this.#do(async () => {
      if (this.#open !== undefined) await this.#finish()
      if (this.#closed.length > 0) await writeWhole(this.#stake, JSON.stringify(this.#closed))
      for (const each of [...this.#closed]) await this.#name(each)
      await rm(this.#stake, { force: true })
    })
    await this.discard()
    return { file: this.#file, lines: this.#lines, bytes: this.#bytes }
  }

  /** Files that have their names stay; of the others, what a checkpoint may hold. */
  async discard(): Promise<void> {
    const file = this.#open
    file?.cancel()
    await this.#work.catch(() => undefined)
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
