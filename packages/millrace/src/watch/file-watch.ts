/**
 * `FileWatch`: tells when one of some files has another content. Called by `command/watch.ts`.
 *
 * Folders are watched rather than files: editors put a new file in the place of the old one. Where a folder is gone, the nearest
 * one above is watched until it is back.
 */

import { createHash } from 'node:crypto'
import { type FSWatcher, readFileSync, statSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

/** An editor writes a file in several steps. */
const SETTLES_MS = 50

/** What is watched for the sake of a folder: itself, or what is above it. */
interface Place {
  readonly path: string
  /** Tells a folder from another that has taken its name. */
  readonly identity: string
  readonly watcher: FSWatcher
}

/** Watches files. */
export class FileWatch {
  readonly #onChange: (file: string) => void
  readonly #contents = new Map<string, string>()
  /** `undefined` for a folder that cannot be watched, as on some network drives. */
  readonly #places = new Map<string, Place | undefined>()
  readonly #timers = new Map<string, NodeJS.Timeout>()

  constructor(onChange: (file: string) => void) {
    this.#onChange = onChange
  }

  /** Watches one more file, which need not exist. Idempotent. */
  add(file: string): void {
    if (this.#contents.has(file)) return
    this.#contents.set(file, contentOf(file))
    const folder = dirname(file)
    if (!this.#places.has(folder)) this.#places.set(folder, this.#watch(folder))
  }

  #watch(folder: string): Place | undefined {
    for (;;) {
      const found = nearest(folder)
      let watcher: FSWatcher
      try {
        watcher = watch(found.path, (_event, name) => this.#onEvent(folder, name))
      } catch {
        if (isSame(found, nearest(folder))) return undefined
        continue
      }
      watcher.on('error', () => this.#lose(folder))
      // it may have come, or gone, in the meantime
      if (isSame(found, nearest(folder))) return { ...found, watcher }
      watcher.close()
    }
  }

  #onEvent(folder: string, name: string | null): void {
    const place = this.#places.get(folder)
    if (place === undefined) return
    // a folder that is removed is told by its own name; another in its place may have its identity
    const isOther = name === basename(place.path) || !isSame(place, nearest(folder))
    if (isOther) {
      place.watcher.close()
      this.#places.set(folder, this.#watch(folder))
    }
    this.#settle(folder, isOther ? null : name)
  }

  /** On Windows, the folder has been removed. */
  #lose(folder: string): void {
    const place = this.#places.get(folder)
    place?.watcher.close()
    this.#places.set(folder, undefined)
    if (place !== undefined && !isSame(place, nearest(folder))) this.#places.set(folder, this.#watch(folder))
  }

  /** Looks at the folder's files of this name, or at all, a little later. */
  #settle(folder: string, name: string | null): void {
    for (const file of this.#contents.keys()) {
      if (dirname(file) !== folder || (name !== null && basename(file) !== name)) continue
      clearTimeout(this.#timers.get(file))
      this.#timers.set(
        file,
        setTimeout(() => this.#look(file), SETTLES_MS),
      )
    }
  }

  #look(file: string): void {
    const content = contentOf(file)
    // what is gone for a moment is about to be replaced
    if (content === '' || content === this.#contents.get(file)) return
    this.#contents.set(file, content)
    this.#onChange(file)
  }

  /** Lets go of everything. */
  close(): void {
    for (const place of this.#places.values()) place?.watcher.close()
    this.#places.clear()
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }
}

type Found = Pick<Place, 'path' | 'identity'>

/** The folder, or the nearest above it that exists. */
function nearest(folder: string): Found {
  for (let path = folder; ; path = dirname(path)) {
    const identity = identityOf(path)
    if (identity !== undefined || path === dirname(path)) return { path, identity: identity ?? '' }
  }
}

/** `undefined` for what is no folder, or cannot be looked at. */
function identityOf(folder: string): string | undefined {
  try {
    const stat = statSync(folder, { bigint: true })
    return stat.isDirectory() ? `${stat.dev}:${stat.ino}:${stat.birthtimeNs}` : undefined
  } catch {
    return undefined
  }
}

function isSame(one: Found, other: Found): boolean {
  return one.path === other.path && one.identity === other.identity
}

/** Stands for what the file holds; empty if it cannot be read. */
function contentOf(file: string): string {
  try {
    return createHash('sha1').update(readFileSync(file)).digest('base64')
  } catch {
    return ''
  }
}
