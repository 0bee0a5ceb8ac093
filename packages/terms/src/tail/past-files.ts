/**
 * `FileFolder`: which files of a folder are what a file of one name was before: `app.log.1`, `app.log-20261130.gz`,
 * `app-2026-11-30.log`. Called by `NameFollower`. Never opens a file.
 */

import type { BigIntStats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { BadInputError } from '@millrace/core'

/** Of rotated files with a number in their names, which one is the newest. */
export type NewestNumber = 'lowest' | 'highest'

/** A file as it was when it was looked at. */
export interface FoundFile {
  readonly path: string
  /** Of the device and the inode: the same under any name. */
  readonly id: string
  readonly size: number
  readonly mtimeNs: bigint
  /** When it was made, in ns since the epoch, where the file system knows. */
  readonly born: bigint
  /** How it is packed, by the end of its name: `gz`, `xz`; empty if it is not. */
  readonly packing: string
}

/** What a folder has of one name. */
export interface FolderLook {
  /** The file that has the name now. */
  readonly named: FoundFile | undefined
  /** Those that had it before, oldest first. */
  readonly past: readonly FoundFile[]
}

/** Names are digits with marks between them: numbers, dates, times. */
const SUFFIX = '[._-](\\d[\\d._:TZ-]*)(?:\\.(gz|bz2|xz|zst|lz4|zip))?$'
/** A number with as many digits is a date or a time, not a place in a row. */
const DATE_DIGITS = 6
/** Bytes of a packed file that may hold nothing but its name. */
const PACKED_NOTHING_BYTES = 300
/** Looks until two agree, while files are being renamed. */
const LOOKS = 20

/** Tells the numbers in the name of a past file of `name`. */
function suffixes(
  name: string,
): (entry: string) => { digits: readonly number[]; packing: string } | undefined {
  const end = extname(name)
  const stem = end === '' ? name : name.slice(0, -end.length)
  const behind = new RegExp(`^${escaped(name)}${SUFFIX}`)
  const within = new RegExp(`^${escaped(stem)}${SUFFIX.replace('(?:', () => `${escaped(end)}(?:`)}`)
  return (entry) => {
    const [, text, packing = ''] = behind.exec(entry) ?? (end === '' ? null : within.exec(entry)) ?? []
    return text === undefined ? undefined : { digits: (text.match(/\d+/g) ?? []).map(Number), packing }
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|-]/g, '\\$&')
}

/** Whether a file of this name may have had that name before. */
export function isPastNameOf(entry: string, name: string): boolean {
  return suffixes(name)(entry) !== undefined
}

/** Looks at the folder of one file. */
export class FileFolder {
  readonly #path: string
  readonly #folder: string
  readonly #suffix: ReturnType<typeof suffixes>
  readonly #newest: NewestNumber | undefined
  #last = ''

  constructor(path: string, newest: NewestNumber | undefined) {
    this.#path = path
    this.#newest = newest
    this.#folder = dirname(path)
    this.#suffix = suffixes(basename(path))
  }

  /**
   * What is there; while names change, it is looked at again until two looks agree. Fails as `readdir` does.
   *
   * @throws {BadInputError} if which of them is newer cannot be told.
   */
  async look(): Promise<FolderLook> {
    for (let looks = 1; ; looks++) {
      const { key, ...look } = await this.#look()
      if (key === this.#last || looks === LOOKS) return look
      this.#last = key
    }
  }

  async #look(): Promise<FolderLook & { readonly key: string }> {
    const found: Dated[] = []
    for (const entry of await readdir(this.#folder)) {
      const suffix = this.#suffix(entry)
      const file = suffix && (await fileAt(join(this.#folder, entry), suffix.packing))
      if (file !== undefined) found.push({ file, digits: (suffix as { digits: readonly number[] }).digits })
    }
    const named = await fileAt(this.#path, '')
    const plain = new Set(found.filter(({ file }) => file.packing === '').map(({ file }) => file.path))
    // while a file is being packed, or renamed, it is there twice
    const once = found.filter(
      ({ file }, at) =>
        file.id !== named?.id &&
        !(file.packing !== '' && plain.has(file.path.slice(0, -file.packing.length - 1))) &&
        found.findIndex((other) => other.file.id === file.id) === at,
    )
    const past = inOrder(once, this.#newest)
    const key = [named, ...past].map((file) => `${file?.path} ${file?.id}`).join('\n')
    return { named, past, key }
  }

  /** The path of a file, whatever it is called. */
  async pathOf(id: string): Promise<FoundFile | undefined> {
    for (const entry of await readdir(this.#folder)) {
      const file = await fileAt(join(this.#folder, entry), '')
      if (file?.id === id) return file
    }
    return undefined
  }
}

/** The regular file of a path; `undefined` if there is none. */
export async function fileAt(path: string, packing: string): Promise<FoundFile | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined)
  if (stats === undefined || !stats.isFile()) return undefined
  const { size, mtimeNs, birthtimeNs: born } = stats
  return { path, id: idOf(stats), size: Number(size), mtimeNs, born, packing }
}

/** Names the file wherever it is moved to on its device. */
export function idOf({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`
}

interface Dated {
  readonly file: FoundFile
  readonly digits: readonly number[]
}

/**
 * Oldest first. Dates and numbers decide; where names have both, or dates that do not begin with the year, the times at which
 * the files were written last.
 *
 * @throws {BadInputError} if numbers and times do not agree.
 */
function inOrder(found: readonly Dated[], newest: NewestNumber | undefined): FoundFile[] {
  const indexes = found.filter(isIndex).length
  const byName = (a: Dated, b: Dated): number => compare(a.digits, b.digits)
  const sorted = [...found]
  const isMixed = indexes > 0 && indexes < found.length
  if (isMixed || found.some(hasYearLast)) sorted.sort((a, b) => byTime(a, b) || byName(a, b))
  else if (indexes === 0) {
    sorted.sort(byName)
    if (found.some((each) => !hasYearFirst(each))) checkRising(sorted)
  } else {
    sorted.sort(byName)
    if (newest === undefined) checkFalling(sorted)
    if (newest !== 'highest') sorted.reverse()
  }
  return sorted.map(({ file }) => file)
}

function byTime({ file: a }: Dated, { file: b }: Dated): number {
  return Number(a.mtimeNs - b.mtimeNs)
}

/** Whether a date begins with its year in four digits, or is a count of seconds. */
function hasYearFirst({ digits: [first] }: Dated): boolean {
  const text = String(first)
  return text.length > 8 || (text.length >= 4 && isYear(text.slice(0, 4)))
}

/** `30-11-2026`, or `30112026`. */
function hasYearLast(dated: Dated): boolean {
  if (hasYearFirst(dated)) return false
  const texts = dated.digits.slice(0, 3).map(String)
  return texts.slice(1).some(isYear) || ((texts[0]?.length ?? 0) > 6 && isYear(texts[0]?.slice(-4) ?? ''))
}

function isYear(text: string): boolean {
  return /^(?:19|20)\d\d$/.test(text)
}

/** Of a year in two digits it cannot be told where it stands: the times must agree. @throws {BadInputError} if not. */
function checkRising(rising: readonly Dated[]): void {
  const written = rising.filter(hasContent)
  for (let at = 1; at < written.length; at++) {
    const [before, after] = [written[at - 1] as Dated, written[at] as Dated]
    if (byTime(before, after) <= 0) continue
    throw new BadInputError(
      `Of ${before.file.path} and ${after.file.path}, the one with the lower number was written last, so the order of these ` +
        'dates cannot be told. Have rotated files named by the year in four digits first, the month and the day.',
    )
  }
}

/** Of an empty file the time tells little; packed, it has some bytes. */
function hasContent({ file }: Dated): boolean {
  return file.size > (file.packing === '' ? 0 : PACKED_NOTHING_BYTES)
}

/** Most programs call the newest one 1; of others the times tell. @throws {BadInputError} if they do. */
function checkFalling(rising: readonly Dated[]): void {
  const written = rising.filter(hasContent)
  let later = 0
  for (let at = 1; at < written.length; at++) {
    later += Math.sign(byTime(written[at] as Dated, written[at - 1] as Dated))
  }
  if (later <= 0) return
  throw new BadInputError(
    `Of ${written[0]?.file.path} and ${written.at(-1)?.file.path}, the one with the highest number was written last. If it ` +
      "is the newest, say newestNumber: 'highest'; else say newestNumber: 'lowest'.",
  )
}

function isIndex({ digits }: Dated): boolean {
  return digits.length === 1 && String(digits[0]).length < DATE_DIGITS
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < a.length || at < b.length; at++) {
    const difference = (a[at] ?? -1) - (b[at] ?? -1)
    if (difference !== 0) return difference
  }
  return 0
}
