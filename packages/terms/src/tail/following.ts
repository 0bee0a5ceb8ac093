/**
 * `FollowingSource`: what sources of files that grow have in common. Extended by `fileTail` and `lineTail`, which say how
 * bytes become items.
 */

import { InvalidOptionError } from '@millrace/core'
import { checkBoolean } from '../check.ts'
import { whyNoFile } from '../source/file-source.ts'
import {
  checkMilliseconds,
  DEFAULT_POLL_MS,
  type Placed,
  type Polling,
  TailSource,
} from '../source/polling.ts'
import type { Follow, Follower, ItemCutter, Moved, NameOptions } from './contracts.ts'
import { followerOf } from './follower.ts'
import { CHUNK_BYTES } from './growing-file.ts'
import { lineTooLong } from './lines-of-bytes.ts'
import type { NewestNumber } from './past-files.ts'

/** Options of all sources of one file that grows. */
export interface FollowOptions {
  /** Milliseconds from one look for more to the next, on the run's clock. Default 1,000. */
  readonly pollMs?: number
  /**
   * The stream ends once nothing was appended for as many ms. While a file is just being rotated one more `pollMs` is waited
   * for. Default: never.
   */
  readonly untilIdleMs?: number
  /**
   * What becomes of a file that is rotated. `descriptor`: it may only grow; if it is cut, or another one has its name, the
   * run fails. `name`: the file is read to its end, wherever it was moved to, then the next one of its name, and so on; also
   * if it is copied and then cut (copytruncate). Rotated files must stay in its folder, named as usual: `app.log.1`,
   * `app.log-20261130`, `app-2026-11-30.log`, with `.gz` behind it or not. Default `descriptor`.
   */
  readonly follow?: Follow
  /** With `follow: 'name'`: begins with the oldest rotated file, not with the one that has the name. Default false. */
  readonly fromOldest?: boolean
  /**
   * With `follow: 'name'`: of rotated files with numbers in their names, which is the newest; for logrotate it is `app.log.1`,
   * the `lowest`. Default `lowest`, and an error if the files' times say otherwise. Names with dates need no option: those
   * that begin with the year are ordered by it, others by the files' times.
   */
  readonly newestNumber?: NewestNumber
}

/** Checked, with all defaults. */
export interface Following {
  readonly path: string
  readonly pollMs: number
  readonly untilIdleMs: number
  readonly follow: Follow
  readonly name: NameOptions
}

/** The names of the options, for `checkOptions`. */
export const FOLLOW_OPTIONS = {
  pollMs: true,
  untilIdleMs: true,
  follow: true,
  fromOldest: true,
  newestNumber: true,
} as const

/** @throws {InvalidOptionError} for an option that makes no sense. */
export function checkFollowing(owner: string, path: string, options: FollowOptions): Following {
  const { pollMs = DEFAULT_POLL_MS, untilIdleMs, follow = 'descriptor' } = options
  checkMilliseconds(`pollMs of ${owner}()`, pollMs)
  if (untilIdleMs !== undefined) checkMilliseconds(`untilIdleMs of ${owner}()`, untilIdleMs)
  if (follow !== 'name' && follow !== 'descriptor') {
    throw new InvalidOptionError(`follow of ${owner}()`, follow, '"name" or "descriptor"')
  }
  const name = follow === 'name' ? checkName(owner, options) : {}
  for (const option of follow === 'name' ? [] : (['fromOldest', 'newestNumber'] as const)) {
    const value = options[option]
    if (value === undefined) continue
    throw new InvalidOptionError(`${option} of ${owner}()`, value, 'left out unless follow is "name"')
  }
  return { path, pollMs, untilIdleMs: untilIdleMs ?? Number.POSITIVE_INFINITY, follow, name }
}

/** @throws {InvalidOptionError} for an option of names that makes no sense. */
export function checkName(
  owner: string,
  { fromOldest = false, newestNumber }: Pick<FollowOptions, 'fromOldest' | 'newestNumber'>,
): NameOptions {
  checkBoolean(`fromOldest of ${owner}()`, fromOldest)
  if (newestNumber !== undefined && newestNumber !== 'lowest' && newestNumber !== 'highest') {
    throw new InvalidOptionError(`newestNumber of ${owner}()`, newestNumber, '"lowest" or "highest"')
  }
  return { fromOldest, newestNumber }
}

/** A source that follows one file. */
export abstract class FollowingSource<out Out> extends TailSource<Out> {
  protected readonly following: Following

  constructor(following: Following) {
    super()
    this.following = following
  }

  /** Made for each run. */
  protected abstract cutter(): ItemCutter<Out>

  /** What comes out of a pipe or a terminal comes once. */
  override whyNotResumable(): string | undefined {
    return whyNoFile(this.following.path)
  }

  protected override async *poll(
    polling: Polling,
    from: unknown,
  ): AsyncGenerator<Placed<Out>, void, undefined> {
    const { path, follow, name, pollMs, untilIdleMs } = this.following
    const follower = followerOf(path, follow, from, name)
    polling.onEnd(() => follower.close())
    const reading = new Reading(follower, this.cutter())
    const { clock, sleep } = polling
    let isTold = from !== undefined
    for (let grownAt = clock.monotonic(); ; ) {
      const placed = await reading.next()
      if (reading.hasGrown || reading.isWaiting) grownAt = clock.monotonic()
      const idleMs = clock.monotonic() - grownAt
      if (placed !== undefined) {
        isTold = true
        yield placed
      } else if (!isTold && follower.place !== undefined) {
        // a run that is resumed before anything was given must know which files were there
        isTold = true
        yield { items: [], place: follower.place }
      } else if (reading.isWaiting) {
        if (!(await sleep(pollMs))) return
      } else if (idleMs >= untilIdleMs) {
        const items = reading.end()
        if (items.length > 0) yield { items, place: follower.place }
        return
      } else if (!(await sleep(Math.min(pollMs, untilIdleMs - idleMs)))) return
    }
  }
}

const NOTHING = Buffer.alloc(0)

/** Makes items of what a follower reads. */
export class Reading<Out> {
  readonly #follower: Follower
  readonly #cutter: ItemCutter<Out>
  /** The begin of an item that goes on in another file: what was read of it lies in the file before. */
  #begun: Buffer = NOTHING
  /** What is there behind the last item, and is no whole one. */
  #left: Buffer = NOTHING
  /** Whether there was more at the last look than at the one before. */
  hasGrown = false
  /** The last look has seen files change their names, and the next one tells more. */
  isWaiting = false

  constructor(follower: Follower, cutter: ItemCutter<Out>) {
    this.#follower = follower
    this.#cutter = cutter
  }

  /** The next items, which may be none where another file begins; `undefined` if nothing has come. */
  async next(): Promise<Placed<Out> | undefined> {
    const follower = this.#follower
    this.hasGrown = false
    this.isWaiting = false
    for (let asked = CHUNK_BYTES; ; ) {
      const bytes = await follower.read(asked)
      if ((bytes?.length ?? 0) !== this.#left.length) this.hasGrown = true
      this.#left = bytes ?? NOTHING
      const whole = bytes === undefined ? 0 : this.#cutter.wholeLength(bytes)
      if (bytes !== undefined && whole > 0) return this.#give(bytes, whole)
      const { maxBytes } = this.#cutter
      if (this.#left.length + this.#begun.length > maxBytes) {
        throw lineTooLong(follower.path, maxBytes, this.#withBegun(this.#left).toString('utf8', 0, 100))
      }
      if (this.#left.length === asked) {
        asked *= 2
        continue
      }
      const { path, at } = follower
      const step = await follower.advance(this.#left.length)
      this.isWaiting = step === 'wait'
      if (step === 'none' || step === 'wait') return undefined
      if (step !== 'again') return this.#move(step, path, at)
    }
  }

  #give(bytes: Buffer, whole: number): Placed<Out> {
    const follower = this.#follower
    const taken = bytes.subarray(0, whole)
    const { at, path } = follower
    const items = this.#cutter.itemsOf(this.#withBegun(taken), at - this.#begun.length, path)
    this.#begun = NOTHING
    this.#left = bytes.subarray(whole)
    follower.take(taken)
    return { items, place: follower.place }
  }

  /** Another file is being read; what the one before was, and where it ended. */
  #move(next: Moved, path: string, at: number): Placed<Out> | undefined {
    const rest = this.#withBegun(next.rest)
    this.#left = NOTHING
    this.hasGrown = true
    if (next.goesOn && rest.length > 0) {
      this.#begun = rest
      return undefined
    }
    const items = next.goesOn ? [] : this.#cutter.last(rest, at - this.#begun.length, path, next)
    this.#begun = NOTHING
    return { items, place: this.#follower.place }
  }

  #withBegun(bytes: Buffer): Buffer {
    return this.#begun.length === 0 ? bytes : Buffer.concat([this.#begun, bytes])
  }

  /** What is left when nothing more is to come. */
  end(): readonly Out[] {
    const rest = this.#withBegun(this.#left)
    const { at, path } = this.#follower
    this.#follower.take(this.#left)
    return rest.length === 0 ? [] : this.#cutter.last(rest, at - this.#begun.length, path)
  }
}
