/** `globTail`: the lines of all files that match a pattern, as they grow and as new ones come. */

import { basename, dirname, join } from 'node:path'
import { BadInputError, type BatchSourceTerm } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { pathOf } from '../path-of.ts'
import type { NameOptions, NamePlace } from '../tail/contracts.ts'
import { checkFollowing, type FollowOptions, Reading } from '../tail/following.ts'
import { type LineEncoding, LinesOfBytes } from '../tail/lines-of-bytes.ts'
import { NameFollower } from '../tail/name-follower.ts'
import { fileAt, isPastNameOf } from '../tail/past-files.ts'
import { checkLines } from './line-tail.ts'
import { type Placed, type Polling, TailSource } from './polling.ts'
import { type GlobOptions, glob } from './walk.ts'

/** Options of {@link globTail}. */
export interface GlobTailOptions extends Omit<FollowOptions, 'follow'>, GlobOptions {
  /** How the files' bytes are to be read. Default `utf8`; `latin1` takes any bytes. */
  readonly encoding?: LineEncoding
  /** Bytes of one line at most; a longer one fails the run. Default 1,048,576. */
  readonly maxLineBytes?: number
  /** Files that are open at a time, at most. Default 100. */
  readonly maxOpen?: number
  /** Files that are followed, at most; one more fails the run. Default 10,000. */
  readonly maxFiles?: number
}

/** A line, and the file that it was written to. */
export interface FileLine {
  /** The path that matched, relative to `cwd`; also of lines that were in the file before it was rotated. */
  readonly file: string
  readonly line: string
}

/**
 * A source of the lines of all files that match a pattern, as of `glob`, from their starts on; new files are found each
 * `pollMs`. Each item says which file its line is from: `{ file, line }`.
 *
 * Each file is followed by its name, as by `lineTail` with `follow: 'name'`: what is rotated is read to its end, and not read
 * once more where its new name matches the pattern as well. Files are read in turn, up to 128 KiB of each, while there is room
 * downstream; the order is kept per file, and open between files. Of more than `maxOpen` files those that were read last are
 * open. A file that was removed is forgotten. From a checkpoint it goes on behind the last line of each file; its place takes
 * some 200 bytes a file.
 *
 * @throws {InvalidOptionError} for an option that makes no sense. The run fails as with `lineTail`, if a folder cannot be
 * read, or if more than `maxFiles` files match.
 *
 * @example
 * ```ts
 * import { mkdtemp, rm, writeFile } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { globTail, map, toArray } from 'millrace/terms'
 *
 * const cwd = await mkdtemp(join(tmpdir(), 'millrace-glob-tail-'))
 * for (const file of ['a.log', 'b.log']) await writeFile(join(cwd, file), `first of ${file}\n`)
 * const lines = globTail('*.log', { cwd, pollMs: 1, untilIdleMs: 5 }).pipe(map(({ file, line }) => `${file}: ${line}`))
 * console.log(await toArray(lines)) // [ 'a.log: first of a.log', 'b.log: first of b.log' ]
 * await rm(cwd, { recursive: true })
 * ```
 */
export function globTail(pattern: string, options: GlobTailOptions = {}): BatchSourceTerm<FileLine> {
  checkOptions('globTail', options, {
    pollMs: true,
    untilIdleMs: true,
    fromOldest: true,
    newestNumber: true,
    cwd: true,
    dot: true,
    encoding: true,
    maxLineBytes: true,
    maxOpen: true,
    maxFiles: true,
  })
  const { cwd = '.', dot = false, maxOpen = 100, maxFiles = 10_000 } = options
  const paths = glob(pattern, { cwd, dot })
  checkWhole('maxOpen of globTail()', maxOpen, 1)
  checkWhole('maxFiles of globTail()', maxFiles, 1)
  const { encoding, maxLineBytes } = checkLines('globTail', options)
  const base = pathOf('globTail', cwd)
  const { pollMs, untilIdleMs, name } = checkFollowing('globTail', base, { ...options, follow: 'name' })
  return new GlobTail({
    ...{ paths, pattern, base, maxOpen, maxFiles, pollMs, untilIdleMs, name },
    lines: () => new LinesOfBytes(encoding, maxLineBytes),
  })
}

interface Settings {
  readonly paths: BatchSourceTerm<string>
  readonly pattern: string
  readonly base: string
  readonly maxOpen: number
  readonly maxFiles: number
  readonly pollMs: number
  readonly untilIdleMs: number
  readonly name: NameOptions
  readonly lines: () => LinesOfBytes
}

/** Where to go on: in each file, and in which one first. Structured-cloneable. */
interface GlobPlace {
  readonly files: ReadonlyMap<string, NamePlace>
  readonly first?: string
}

class GlobTail extends TailSource<FileLine> {
  override name = 'globTail'
  readonly #settings: Settings

  constructor(settings: Settings) {
    super()
    this.#settings = settings
  }

  protected override async *poll(
    { clock, sleep, onEnd }: Polling,
    from: unknown,
  ): AsyncGenerator<Placed<FileLine>, void, undefined> {
    const { pollMs, untilIdleMs } = this.#settings
    const files = new FollowedFiles(this.#settings, from as GlobPlace | undefined)
    onEnd(() => files.close())
    let lookedAt = Number.NEGATIVE_INFINITY
    for (let grownAt = clock.monotonic(); ; ) {
      const now = clock.monotonic()
      if (now - lookedAt >= pollMs) {
        await files.find()
        lookedAt = now
      }
      let isIdle = true
      files.hasGrown = false
      files.isWaiting = false
      for (const file of files.inTurn()) {
        const placed = await files.read(file)
        if (placed === undefined) continue
        isIdle = false
        yield placed
      }
      // a run that is resumed before anything was given must know which files were there
      if (isIdle && files.isNews()) yield { items: [], place: files.place }
      if (files.hasGrown || files.isWaiting) grownAt = clock.monotonic()
      const idleMs = clock.monotonic() - grownAt
      if (isIdle && files.isWaiting) {
        if (!(await sleep(pollMs))) return
        continue
      }
      if (isIdle && idleMs >= untilIdleMs) {
        for (const file of files.inTurn()) yield { items: files.end(file), place: files.place }
        return
      }
      if (isIdle && !(await sleep(Math.min(pollMs, untilIdleMs - idleMs)))) return
    }
  }
}

interface FollowedFile {
  readonly path: string
  readonly follower: NameFollower
  readonly reading: Reading<string>
  /** What the file of the name was when it was closed: while it is the same there is nothing to read. */
  closedAt: string | undefined
  /** Looks in which it was gone. */
  gone: number
}

/** The files of one run. */
class FollowedFiles {
  readonly #settings: Settings
  readonly #files = new Map<string, FollowedFile>()
  #places: ReadonlyMap<string, NamePlace> = new Map()
  #told = this.#places
  #first: string | undefined
  /** Whether anything was added to any of them, as far as was looked since this was set back. */
  hasGrown = false
  /** Whether any of them is just being rotated, in the same way. */
  isWaiting = false

  constructor(settings: Settings, from: GlobPlace | undefined) {
    this.#settings = settings
    this.#first = from?.first
    for (const [path, place] of from?.files ?? []) this.#follow(path, place)
  }

  #follow(path: string, place?: NamePlace): void {
    const { base, name, lines } = this.#settings
    const follower = new NameFollower(join(base, path), place, name)
    const reading = new Reading(follower, lines())
    this.#files.set(path, { path, follower, reading, closedAt: undefined, gone: 0 })
    if (place !== undefined) this.#places = new Map(this.#places).set(path, place)
  }

  /** Looks for files that are new. @throws {BadInputError} if there are too many. */
  async find(): Promise<void> {
    const { paths, pattern, maxFiles } = this.#settings
    const found: string[] = []
    for await (const batch of paths.batches(undefined as never)) found.push(...batch)
    for (const path of found) {
      if (this.#files.has(path) || this.#isPast(path, found)) continue
      if (this.#files.size === maxFiles) {
        throw new BadInputError(
          `More than ${maxFiles} files match ${pattern}. Raise maxFiles of globTail(), or take a narrower pattern.`,
        )
      }
      this.#follow(path)
    }
  }

  /** Whether another file had this name before it was rotated: it is read there. */
  #isPast(path: string, found: readonly string[]): boolean {
    const [folder, name] = [dirname(path), basename(path)]
    const isOf = (other: string): boolean =>
      other !== path && dirname(other) === folder && isPastNameOf(name, basename(other))
    return found.some(isOf) || [...this.#files.keys()].some(isOf)
  }

  /** All files, the one that is to be read first at the head. */
  inTurn(): FollowedFile[] {
    const first = this.#first === undefined ? undefined : this.#files.get(this.#first)
    this.#first = undefined
    const files = [...this.#files.values()]
    return first === undefined ? files : [first, ...files.filter((file) => file !== first)]
  }

  get place(): GlobPlace {
    return { files: this.#places }
  }

  /** Whether the place has changed since it was given last. */
  isNews(): boolean {
    const isNews = this.#places !== this.#told
    this.#told = this.#places
    return isNews
  }

  /** The next lines of a file; `undefined` if there is nothing. */
  async read(file: FollowedFile): Promise<Placed<FileLine> | undefined> {
    const { path, follower, reading } = file
    if (!follower.isOpen) {
      if (file.closedAt !== undefined && file.closedAt === (await this.#stampOf(path))) return undefined
      await this.#makeRoom()
    }
    for (;;) {
      const placed = await reading.next()
      if (reading.hasGrown) this.hasGrown = true
      if (reading.isWaiting) this.isWaiting = true
      if (placed === undefined) break
      const begin: GlobPlace = { files: this.#places, first: path }
      this.#places = new Map(this.#places).set(path, placed.place as NamePlace)
      if (placed.items.length === 0) continue
      this.#told = this.#places
      // the one that was read last is the last one to be closed
      this.#files.delete(path)
      this.#files.set(path, file)
      const items = placed.items.map((line) => ({ file: path, line }))
      return { items, place: this.place, begin }
    }
    file.gone = follower.isGone ? file.gone + 1 : 0
    if (file.gone > 1) await this.#forget(file)
    return undefined
  }

  async #stampOf(path: string): Promise<string> {
    const found = await fileAt(join(this.#settings.base, path), '')
    return `${found?.id} ${found?.size} ${found?.mtimeNs}`
  }

  async #makeRoom(): Promise<void> {
    const open = [...this.#files.values()].filter(({ follower }) => follower.isOpen)
    for (const file of open.slice(0, Math.max(0, open.length - this.#settings.maxOpen + 1))) {
      // looked at before it is read: what is written after that is seen
      const stamp = await this.#stampOf(file.path)
      const left = await file.follower.read(1)
      file.closedAt = left === undefined && file.follower.isLast ? stamp : undefined
      await file.follower.release()
    }
  }

  async #forget({ path, follower }: FollowedFile): Promise<void> {
    await follower.close()
    this.#files.delete(path)
    const places = new Map(this.#places)
    places.delete(path)
    this.#places = places
  }

  /** The line that a file ends with, without an end. */
  end({ path, reading, follower }: FollowedFile): FileLine[] {
    const lines = reading.end()
    if (lines.length > 0) this.#places = new Map(this.#places).set(path, follower.place)
    return lines.map((line) => ({ file: path, line }))
  }

  async close(): Promise<void> {
    await Promise.all([...this.#files.values()].map(({ follower }) => follower.close()))
  }
}
