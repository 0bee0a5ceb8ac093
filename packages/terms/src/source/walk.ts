/** `walk` and `glob`: sources of the files in a folder. */

import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { BadInputError, BatchSourceTerm, InvalidOptionError, messageOf } from '@millrace/core'
import { checkBoolean, checkOptions, checkWhole } from '../check.ts'
import { pathOf } from '../path-of.ts'

/** Options of {@link walk}. */
export interface WalkOptions {
  /** Folders within folders to go down at most; 0 is the folder alone. Default: all. */
  readonly maxDepth?: number
}

/**
 * A source of the paths of all files in a folder and the folders in it, depth first, sorted by name within each.
 *
 * Links are not followed, and neither they nor other things that are no files are given. A folder is read only once
 * there is room for its files; the names of one folder per level are held. The paths begin with `folder` as it is given.
 * From a checkpoint it goes on behind the last path in that order, whatever came into the folder or left it meanwhile.
 *
 * @throws {InvalidOptionError} if `folder` is no path or `file:` URL, or `maxDepth` is out of range. A folder that cannot
 * be read fails the run with a `BadInputError` that names it.
 *
 * @example
 * ```ts
 * import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join, relative } from 'node:path'
 * import { map, toArray, walk } from 'millrace/terms'
 *
 * const folder = await mkdtemp(join(tmpdir(), 'millrace-walk-'))
 * await mkdir(join(folder, 'b'))
 * for (const file of ['c', 'b/x', 'a']) await writeFile(join(folder, file), '')
 * const files = walk(folder).pipe(map((file) => relative(folder, file)))
 * console.log(await toArray(files)) // [ 'a', 'b/x', 'c' ]
 * await rm(folder, { recursive: true })
 * ```
 */
export function walk(folder: string | URL, options: WalkOptions = {}): BatchSourceTerm<string> {
  checkOptions('walk', options, { maxDepth: true })
  const { maxDepth = Number.POSITIVE_INFINITY } = options
  if (maxDepth !== Number.POSITIVE_INFINITY) checkWhole('maxDepth of walk()', maxDepth, 0)
  return new Walk('walk', pathOf('walk', folder), async () => ({
    file: () => true,
    folder: (_, depth) => depth < maxDepth,
  }))
}

/** Options of {@link glob}. */
export interface GlobOptions {
  /** The folder that the pattern is relative to. Default: the process's. */
  readonly cwd?: string | URL
  /** Whether wildcards match names that begin with a dot. Default false. */
  readonly dot?: boolean
}

/**
 * A source of the paths of the files that match a pattern such as `src/*.{ts,js}` or, at any depth, `src/**` with `/*.ts`
 * behind it; matched by minimatch. The paths are relative to `cwd`.
 *
 * As with {@link walk} the order is that of the names, links are not followed, and folders are read as there is room;
 * those that cannot match are not read at all. Only regular files are given.
 *
 * @throws {InvalidOptionError} if `pattern` is no text or `cwd` no path. A folder that cannot be read fails the run with
 * a `BadInputError` that names it.
 *
 * @example
 * ```ts
 * import { mkdtemp, rm, writeFile } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { glob, toArray } from 'millrace/terms'
 *
 * const cwd = await mkdtemp(join(tmpdir(), 'millrace-glob-'))
 * for (const file of ['a.ts', 'b.md', 'c.ts']) await writeFile(join(cwd, file), '')
 * console.log(await toArray(glob('*.ts', { cwd }))) // [ 'a.ts', 'c.ts' ]
 * await rm(cwd, { recursive: true })
 * ```
 */
export function glob(pattern: string, options: GlobOptions = {}): BatchSourceTerm<string> {
  checkOptions('glob', options, { cwd: true, dot: true })
  const { cwd = '.', dot = false } = options
  if (typeof pattern !== 'string' || pattern === '') {
    throw new InvalidOptionError('The pattern of glob()', pattern, 'a text such as "src/*.ts"')
  }
  checkBoolean('dot of glob()', dot)
  const base = pathOf('glob', cwd)
  const named = (path: string): string => relative(base, path).split(sep).join('/')
  return new Walk('glob', base, async () => {
    // loaded only where it is used: every worker that loads this package would pay for it
    const { Minimatch } = await import('minimatch')
    const matcher = new Minimatch(pattern, { dot })
    return {
      file: (path) => matcher.match(named(path)),
      folder: (path) => matcher.match(named(path), true),
      show: (path) => relative(base, path),
    }
  })
}

interface Rules {
  file(path: string): boolean
  folder(path: string, depth: number): boolean
  show?(path: string): string
}

class Walk extends BatchSourceTerm<string> {
  readonly #folder: string
  readonly #rules: () => Promise<Rules>
  readonly #behind = new WeakMap<readonly string[], readonly string[]>()

  constructor(name: string, folder: string, rules: () => Promise<Rules>) {
    super()
    this.name = name
    this.#folder = folder
    this.#rules = rules
  }

  override batches(): AsyncIterable<readonly string[]> {
    return this.seek([])
  }

  /** The names on the way to the batch's last file: what comes behind it in the order is still to be given. */
  override position(batch: readonly string[]): readonly string[] | undefined {
    return this.#behind.get(batch)
  }

  override async *seek(position: unknown): AsyncGenerator<readonly string[], void, undefined> {
    const rules = await this.#rules()
    for await (const { files, last } of filesIn(this.#folder, [], rules, position as readonly string[])) {
      this.#behind.set(files, last)
      yield files
    }
  }
}

interface Found {
  readonly files: string[]
  readonly last: readonly string[]
}

/** The files of a folder, which is `way` below the first one; without those up to the file that `after` leads to. */
async function* filesIn(
  folder: string,
  way: readonly string[],
  rules: Rules,
  [first, ...after]: readonly string[],
): AsyncGenerator<Found, void, undefined> {
  const { show = (path: string) => path } = rules
  let files: string[] = []
  let last: readonly string[] = way
  for (const entry of await entriesOf(folder)) {
    const { name } = entry
    if (first !== undefined && name < first) continue
    const isOnWay = name === first
    const path = join(folder, name)
    if (entry.isFile() && !(isOnWay && after.length === 0) && rules.file(path)) {
      files.push(show(path))
      last = [...way, name]
    }
    if (!entry.isDirectory() || !rules.folder(path, way.length)) continue
    if (files.length > 0) yield { files, last }
    files = []
    yield* filesIn(path, [...way, name], rules, isOnWay ? after : [])
  }
  if (files.length > 0) yield { files, last }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (cause) {
    throw new BadInputError(`The folder ${folder} cannot be read: ${messageOf(cause)}`, { cause })
  }
}
