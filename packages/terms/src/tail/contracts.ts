/** What the parts of following files tell each other. Types alone. */

import type { FileMark } from '../source/file-mark.ts'
import type { NewestNumber } from './past-files.ts'

/** What is followed: a name, or the one file that had it. */
export type Follow = 'name' | 'descriptor'

/** The next file is being read. */
export interface Moved {
  /** What the file before ended with and was not taken. */
  readonly rest: Buffer
  /** Whether the text goes on in the next file where it stopped, since the file was cut; else each file is a text of its own. */
  readonly goesOn: boolean
  /** The last bytes of the file before; empty if there was none. */
  readonly tail: Buffer
}

/**
 * How a look for more has ended. `again`: the file is to be read to its end once more, now. `wait`: another file is there, or
 * one is missing, and the next look tells more; the stream must not end before that.
 */
export type Advance = Moved | 'again' | 'wait' | 'none'

/** Follows one file. Whoever makes it calls `close`. */
export interface Follower {
  /** The path of the file that is being read. */
  readonly path: string
  /** The byte at which the next `read` begins. */
  readonly at: number
  /** Where to go on behind all that was taken: structured-cloneable. */
  readonly place: unknown
  /** What comes next, up to as many bytes; `undefined` if nothing is there now. It is given again until it is taken. */
  read(bytes?: number): Promise<Buffer | undefined>
  /** Moves behind these bytes, with which what was read begins. */
  take(bytes: Buffer): void
  /** Nothing more can be taken now, and as many bytes are left: looks whether another file comes next. */
  advance(left: number): Promise<Advance>
  /** Lets go of what is open. Never fails. Idempotent. */
  close(): Promise<void>
}

/** How the past of a name is read. */
export interface NameOptions {
  readonly fromOldest?: boolean
  readonly newestNumber?: NewestNumber | undefined
}

/** A file that was read before. */
export interface PastPlace {
  readonly id: string
  readonly mark: FileMark
  /** Whether it was read to its end, and is not a copy: it must not grow any more. */
  readonly isDone: boolean
}

/** A file that is being read. */
export interface FilePlace {
  readonly id: string
  /** When it was made: another file may have been given its inode since. */
  readonly born: bigint
  readonly mark: FileMark
  readonly isCopy: boolean
}

/** Where to go on. Structured-cloneable. */
export interface NamePlace {
  /** The file that is being read; none while there is none of the name. */
  readonly file?: FilePlace | undefined
  /** The newest of the past that is not to be read, and holds something; none if all of them are to be read. */
  readonly before?: PastPlace | undefined
}

/** How the bytes of files become items. */
export interface ItemCutter<out Out> {
  /** Bytes of one item at most. */
  readonly maxBytes: number
  /** How many of these bytes, which end somewhere, make whole items. */
  wholeLength(bytes: Buffer): number
  /** The items of bytes that make whole ones, from byte `at` of the file on. */
  itemsOf(bytes: Buffer, at: number, path: string): readonly Out[]
  /** What a file that ended with these bytes gives behind its whole items; `next` unless the stream ends there. */
  last(rest: Buffer, at: number, path: string, next?: Moved): readonly Out[]
}
