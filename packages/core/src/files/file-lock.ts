/**
 * `FileLock`: sees to it that a file or folder has one writer at a time, in all processes of a machine. Called by sinks
 * that write files, and by what keeps checkpoints, letters, telemetry and summaries.
 *
 * A lock is a folder beside the file, with a file in it whose name says who holds it. Names are never used again, so one
 * whose holder is gone can be taken away without harm, whoever else looks. Whoever wants the lock puts its name in
 * first and looks then: of two that come at once at least one sees the other. Never waits for a holder to end.
 */

import { createHash } from 'node:crypto'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { InUseError } from '../errors.ts'
import { type Holder, holderOf, isAlive, isElsewhere, nameOf, thisHolder } from './holder.ts'

/** Two that come at the same time both step back, and look again after some ms. */
const LOOKS = 5
const STEP_BACK_MS = 40
/** Characters of a file's name that are kept in that of its lock. */
const NAME_CHARS = 100

/** The one right to write to a file or folder; it ends with the thread that holds it. */
export class FileLock {
  readonly #folder: string
  readonly #own: string
  #isHeld = true

  private constructor(folder: string, own: string) {
    this.#folder = folder
    this.#own = own
  }

  /**
   * Takes the lock of a file, which need not exist, in its folder, which must. Of links, the file they lead to counts.
   * What is no regular file, a terminal say, has no lock.
   *
   * @throws {InUseError} if another run holds it. Fails as `mkdir` does if nothing can be written there.
   */
  static async ofFile(file: string, what: string): Promise<FileLock | undefined> {
    const found = statSync(file, { throwIfNoEntry: false })
    if (found !== undefined && !found.isFile()) return undefined
    const target =
      found === undefined ? join(realpathSync(dirname(file)), basename(file)) : realpathSync(file)
    return FileLock.#take(join(dirname(target), lockName(basename(target))), `${what} ${file}`)
  }

  /** Takes the lock of a folder, which must exist. @throws {InUseError} if another run holds it. */
  static ofFolder(folder: string, what: string): Promise<FileLock> {
    return FileLock.#take(join(realpathSync(folder), '.lock'), `${what} ${folder}`)
  }

  static async #take(folder: string, what: string): Promise<FileLock> {
    for (let looks = 1; ; looks++) {
      const own = announce(folder)
      const other = own === undefined ? thisHolder() : othersIn(folder, own)
      if (other === undefined && own !== undefined) return new FileLock(folder, own)
      const since = other === undefined ? undefined : sinceOf(join(folder, nameOf(other)))
      if (own !== undefined) leave(folder, own)
      if (other !== undefined && (own === undefined || looks === LOOKS)) {
        throw new InUseError(what, { pid: other.pid, ...since }, folder, isElsewhere(other))
      }
      await wait(Math.random() * STEP_BACK_MS * looks)
    }
  }

  /** Lets the next one in. Never fails. Idempotent. */
  release(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    leave(this.#folder, this.#own)
  }
}

function lockName(name: string): string {
  if (name.length <= NAME_CHARS) return `.${name}.lock`
  return `.${name.slice(0, NAME_CHARS)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}.lock`
}

/** Puts this thread's name in; `undefined` if it is there already. */
function announce(folder: string): string | undefined {
  const own = nameOf(thisHolder())
  for (;;) {
    try {
      mkdirSync(folder)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    try {
      const about = { pid: process.pid, host: hostname(), since: new Date().toISOString() }
      writeFileSync(join(folder, own), JSON.stringify(about), { flag: 'wx' })
      return own
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return undefined
      // one that let go has just removed the folder
      if (codeOf(error) !== 'ENOENT') throw error
    }
  }
}

/** Another holder that may be alive. Those that are gone are taken away. */
function othersIn(folder: string, own: string): Holder | undefined {
  for (const name of readdirSync(folder)) {
    const holder = name === own ? undefined : holderOf(name)
    if (holder === undefined) continue
    if (isAlive(holder)) return holder
    remove(() => unlinkSync(join(folder, name)))
  }
  return undefined
}

function leave(folder: string, own: string): void {
  remove(() => unlinkSync(join(folder, own)))
  // fails, as it should, while another one is in it
  remove(() => rmdirSync(folder))
}

function remove(step: () => void): void {
  try {
    step()
  } catch {
    // gone already, or not empty
  }
}

/** What the holder wrote of itself: for the message alone. */
function sinceOf(file: string): { readonly host?: string; readonly since?: string } {
  try {
    const { host, since } = JSON.parse(readFileSync(file, 'utf8')) as { host: string; since: string }
    return { host, since }
  } catch {
    return {}
  }
}

function codeOf(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code
}
