/**
 * `Chain`: where in the row of files of one name a reading is, and what comes next. Called by `NameFollower`. It only looks
 * at files; what is read, and when, is not decided here.
 */

import { BadInputError } from '@millrace/core'
import type { FileMark } from '../source/file-mark.ts'
import type { FilePlace, NamePlace, PastPlace } from './contracts.ts'
import { beginsWith, GrowingFile, markOfAll } from './growing-file.ts'
import { FileFolder, type FolderLook, type FoundFile, type NewestNumber } from './past-files.ts'

/** What is to be done next. */
export type Step =
  /** Nothing: the file at hand may grow, or there is none. */
  | { readonly kind: 'stay' }
  /** Nothing: the file at hand was removed, and no other one has its name. */
  | { readonly kind: 'gone' }
  /** The file at hand, or the one that comes next, cannot be found; it may be that files are just being renamed. */
  | { readonly kind: 'lost'; readonly why: string }
  /** To go on here: in this file with what was read of it, or at its begin. */
  | {
      readonly kind: 'open'
      readonly file: FoundFile
      readonly mark: FileMark | undefined
      readonly isCopy: boolean
      readonly before: PastPlace | undefined
    }
  /** To read the file at hand to its end, and then this one; `hasMore` if it is of the past as well. */
  | {
      readonly kind: 'next'
      readonly file: FoundFile
      readonly isCopy: boolean
      readonly hasMore: boolean
    }

const STAY = { kind: 'stay' } as const
/** Comparisons that are kept. */
const COMPARED = 10_000

/** The files of one name. */
export class Chain {
  readonly #folder: FileFolder
  /** Those of the past that were there at the last look and are not to be read. */
  #known: ReadonlySet<string> | undefined
  /** Which files of the past begin with what: none of them is read, or unpacked, at each look. */
  readonly #compared = new Map<string, boolean>()
  /** What those hold that may be copies. */
  readonly #marks = new Map<string, FileMark>()

  constructor(name: string, newest: NewestNumber | undefined) {
    this.#folder = new FileFolder(name, newest)
  }

  /** The newest file of the past that holds anything, also where it is packed. */
  async newest(): Promise<{ readonly id: string; readonly mark: FileMark } | undefined> {
    const { past } = await this.#folder.look()
    for (const found of past.filter(({ size }) => size > 0).reverse()) {
      const mark = await this.#markOf(found)
      if (mark !== undefined && mark.at > 0) return { id: found.id, mark }
    }
    return undefined
  }

  async #markOf(found: FoundFile): Promise<FileMark | undefined> {
    const key = stampOf(found)
    const mark = this.#marks.get(key) ?? (await markOfAll(found))
    if (this.#marks.size === COMPARED) this.#marks.clear()
    if (mark !== undefined) this.#marks.set(key, mark)
    return mark
  }

  /** Those that are no copies of what the file of the name begins with: it was not cut since they were made. */
  async #notIn(named: FoundFile, others: readonly FoundFile[]): Promise<FoundFile[]> {
    if (others.length === 0) return []
    const file = await GrowingFile.open(named)
    if (file === undefined) return [...others]
    try {
      const result: FoundFile[] = []
      for (const other of others) {
        const mark = await this.#markOf(other)
        if (mark === undefined || !(await file.begins(mark))) result.push(other)
      }
      return result
    } finally {
      await file.close()
    }
  }

  /** Whether the file at hand was cut, although it begins with what was read. */
  async isCut(place: NamePlace, file: GrowingFile): Promise<boolean> {
    return (await this.step(place, file)).kind === 'open'
  }

  /** `file` is what is open, if anything is, and was just read to its end. */
  async step(place: NamePlace, file: GrowingFile | undefined): Promise<Step> {
    const look = await this.#folder.look()
    const after = await this.#after(place.before, look.past)
    const step = await this.#decide(place, file, look, after)
    if (after !== undefined) {
      this.#known = new Set(look.past.filter((each) => !after.includes(each)).map(stampOf))
    }
    return step
  }

  /** The files of the past that come behind one; `undefined` if that is not among them and nothing else tells. */
  async #after(
    before: PastPlace | undefined,
    past: readonly FoundFile[],
  ): Promise<readonly FoundFile[] | undefined> {
    if (before === undefined) return past
    const at = await this.#indexOf(before, past)
    if (at >= 0) return past.slice(at + 1)
    const known = this.#known
    return known && past.filter((each) => !known.has(stampOf(each)))
  }

  async #indexOf(before: PastPlace, past: readonly FoundFile[]): Promise<number> {
    const { id, mark, isDone } = before
    const at = past.findIndex((each) => each.id === id)
    const found = past[at]
    if (found !== undefined && (await this.#begins(found, mark))) {
      if (isDone && found.packing === '' && found.size > mark.at) throw grown(found, mark)
      return at
    }
    // it may have been packed, or the folder copied
    for (let other = past.length - 1; other >= 0; other--) {
      if (await this.#begins(past[other] as FoundFile, mark)) return other
    }
    return -1
  }

  async #begins(found: FoundFile, mark: FileMark): Promise<boolean> {
    const key = [stampOf(found), mark.at, mark.head, mark.samples, mark.tail].join(' ')
    const known = this.#compared.get(key)
    if (known !== undefined) return known
    const begins = await beginsWith(found, mark)
    if (this.#compared.size === COMPARED) this.#compared.clear()
    this.#compared.set(key, begins)
    return begins
  }

  async #decide(
    place: NamePlace,
    file: GrowingFile | undefined,
    look: FolderLook,
    after: readonly FoundFile[] | undefined,
  ): Promise<Step> {
    const { file: at } = place
    // an inode may be given away again: of a file of which nothing was read it tells nothing
    if (at === undefined || (file === undefined && at.mark.at === 0)) return this.#first(place, look, after)
    return look.named !== undefined && isSame(at, look.named, file !== undefined)
      ? this.#stillNamed(place, file, look.named, after ?? look.past, after === undefined)
      : this.#renamed(place, file, look, after)
  }

  /** Nothing was read of the file that is due. */
  async #first(
    { file: at, before }: NamePlace,
    { named, past }: FolderLook,
    after: readonly FoundFile[] | undefined,
  ): Promise<Step> {
    const isSameFile = at !== undefined && named !== undefined && isSame(at, named, false)
    if (after === undefined && !(isSameFile && past.length === 0)) {
      return { kind: 'lost', why: 'was rotated, and the file that was read last is no longer in its folder' }
    }
    const copies = isSameFile ? await this.#notIn(named, after ?? []) : (after ?? [])
    const file = copies[0] ?? named
    if (file === undefined) return STAY
    return { kind: 'open', file, mark: undefined, isCopy: isSameFile && file !== named, before }
  }

  /** The file at hand has its name; it may have been copied and cut since. */
  async #stillNamed(
    { file: at, before }: NamePlace,
    file: GrowingFile | undefined,
    named: FoundFile,
    others: readonly FoundFile[],
    isUnsure: boolean,
  ): Promise<Step> {
    const { mark } = at as NonNullable<NamePlace['file']>
    const isIntact = file === undefined ? await beginsWith(named, mark) : !file.wasCut
    const copies: FoundFile[] = []
    // where what was read tells the file, only a file that was cut needs its copy
    if (!isIntact || !isUnsure) {
      for (const copy of await this.#notIn(named, others)) {
        if (await this.#begins(copy, mark)) copies.push(copy)
      }
    }
    const [copy] = copies
    if (copy !== undefined && !(isUnsure && copies.length > 1)) {
      return { kind: 'open', file: copy, mark, isCopy: true, before }
    }
    if (!isIntact) {
      return { kind: 'lost', why: 'was cut, and no copy of what was read of it is in its folder' }
    }
    return file === undefined ? { kind: 'open', file: named, mark, isCopy: false, before } : STAY
  }

  /** The name leads to another file, or to none; or the file at hand is a copy. */
  async #renamed(
    { file: at, before }: NamePlace,
    file: GrowingFile | undefined,
    { named, past }: FolderLook,
    after: readonly FoundFile[] | undefined,
  ): Promise<Step> {
    const { id, mark, isCopy } = at as NonNullable<NamePlace['file']>
    if (file?.wasCut === true) return { kind: 'lost', why: 'was renamed and cut' }
    const found = await this.#find({ id, mark }, file !== undefined, past, after)
    if (found === undefined) {
      if (file !== undefined) return this.#underOddName(id, mark, past, named, after)
      if (named === undefined) return { kind: 'gone' }
      if (await beginsWith(named, mark)) {
        return { kind: 'open', file: named, mark, isCopy: false, before }
      }
      return { kind: 'lost', why: 'is another one now, and the one that was read is no longer in its folder' }
    }
    if (file === undefined) return { kind: 'open', file: found, mark, isCopy, before }
    const later = past.slice(past.indexOf(found) + 1)
    return nextOf(isCopy && named !== undefined ? await this.#notIn(named, later) : later, named, isCopy)
  }

  /** The file at hand among those of the past: by its inode, while that cannot have been given away, or by what it holds. */
  async #find(
    { id, mark }: { readonly id: string; readonly mark: FileMark },
    isOpen: boolean,
    past: readonly FoundFile[],
    after: readonly FoundFile[] | undefined,
  ): Promise<FoundFile | undefined> {
    const same = past.find((each) => each.id === id)
    if (same !== undefined && (isOpen || (await this.#begins(same, mark)))) return same
    if (mark.at === 0) return undefined
    const alike: FoundFile[] = []
    for (const each of after ?? past) if (await this.#begins(each, mark)) alike.push(each)
    return after === undefined && alike.length > 1 ? undefined : alike[0]
  }

  /** The file at hand is open, and has none of the usual names. */
  async #underOddName(
    id: string,
    mark: FileMark,
    past: readonly FoundFile[],
    named: FoundFile | undefined,
    after: readonly FoundFile[] | undefined,
  ): Promise<Step> {
    if (mark.at === 0 && after !== undefined) return nextOf(after, named, false)
    const odd = await this.#folder.pathOf(id)
    if (odd !== undefined) {
      const later = (after ?? past).filter(({ mtimeNs }) => mtimeNs >= odd.mtimeNs)
      return nextOf(later, named, false)
    }
    // it may yet grow
    if (named === undefined) return { kind: 'gone' }
    return { kind: 'lost', why: 'was replaced by another one, and is no longer in its folder under any name' }
  }
}

/** Tells a file from another one that was given its inode. */
function stampOf({ id, size, mtimeNs }: FoundFile): string {
  return `${id} ${size} ${mtimeNs}`
}

function nextOf(later: readonly FoundFile[], named: FoundFile | undefined, isCopy: boolean): Step {
  const file = later[0] ?? named
  if (file === undefined) return STAY
  const hasMore = later.length > 0
  return { kind: 'next', file, isCopy: isCopy && hasMore, hasMore }
}

/** Whether a file is the one of a place. The inode of one that is not open may have been given to another one. */
function isSame({ id, born }: FilePlace, found: FoundFile, isOpen: boolean): boolean {
  return found.id === id && (isOpen || found.born === born)
}

function grown({ path, size }: FoundFile, { at }: FileMark): BadInputError {
  return new BadInputError(
    `The file ${path} was read to its end, at byte ${at}, and was written to after that: it has ${size} bytes. Its lines ` +
      'would come behind newer ones. Have programs open their file again as soon as it was renamed, and raise pollMs if ' +
      'they need longer for that.',
  )
}
