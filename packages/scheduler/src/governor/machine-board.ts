/**
 * `MachineBoard`: which programs of this user have workers on this machine now, and how many. Called by `MachineShare`, and
 * by `millrace doctor`.
 *
 * Each program has a file in one folder, whose name says which thread of which process wrote it: a program that was killed
 * is known to be gone at once, and whoever looks next removes its file. Nothing is locked, and nobody waits. A folder that
 * cannot be had makes a board on which one is alone; so do containers that do not share it.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { type Holder, holderOf, isAlive, isElsewhere, nameOf, thisHolder } from '@millrace/core/files'

/** A program with workers. */
export interface Program {
  readonly pid: number
  /** Workers that it has now. */
  readonly threads: number
}

/** One folder of programs. */
export class MachineBoard {
  readonly #folder: string | undefined
  #own: string | undefined

  /** @param folder the user's own, by default; `undefined` for a board on which one is alone. */
  constructor(folder: string | undefined = userFolder()) {
    this.#folder = folder
  }

  /** This program has so many workers from now on. Never fails. */
  put(threads: number): void {
    if (this.#folder === undefined) return
    this.#own ??= nameOf(thisHolder())
    // a full disk, or a folder that was cleared away: the others do without this entry
    quietly(() => writeFileSync(join(this.#folder as string, this.#own as string), String(threads)))
  }

  /** This program has none any more. Never fails. */
  remove(): void {
    if (this.#folder === undefined || this.#own === undefined) return
    quietly(() => rmSync(join(this.#folder as string, this.#own as string), { force: true }))
  }

  /** The other programs that have workers, in the order of their process ids. */
  others(): Program[] {
    const folder = this.#folder
    if (folder === undefined) return []
    const names = quietly(() => readdirSync(folder)) ?? []
    return names
      .flatMap((name): Program[] => {
        const holder = holderOf(name)
        if (holder === undefined || name === this.#own || isElsewhere(holder)) return []
        if (isAlive(holder)) return [programOf(holder, join(folder, name))]
        quietly(() => rmSync(join(folder, name), { force: true }))
        return []
      })
      .sort((a, b) => a.pid - b.pid)
  }
}

function programOf({ pid }: Holder, file: string): Program {
  return { pid, threads: Number(quietly(() => readFileSync(file, 'latin1')) ?? 0) }
}

/** A folder that is this user's alone; `undefined` if there is none. */
function userFolder(): string | undefined {
  return quietly(() => {
    const { uid } = userInfo()
    const folder = join(process.env['XDG_RUNTIME_DIR'] ?? tmpdir(), `millrace-${Math.max(0, uid)}`)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // somebody else's folder of this name could claim any number of programs
    const found = statSync(folder)
    return process.platform === 'win32' || (found.uid === uid && (found.mode & 0o022) === 0)
      ? folder
      : undefined
  })
}

function quietly<T>(step: () => T): T | undefined {
  try {
    return step()
  } catch {
    return undefined // see above: then one is alone
  }
}
