/** `LineTarget`: what `writeLines` writes to, and its positions. Implemented by `LineFile`, `InPlaceFile` and `RollingFiles`. */

import { BadInputError } from '@millrace/core'

/** How a file is written. */
export type WritingKind = 'whole' | 'append' | 'roll'

/** What the positions of all kinds have. */
export interface PositionOf<Kind extends WritingKind> {
  readonly kind: Kind
  /** Path of the file, as it was given. */
  readonly file: string
}

const HOW = {
  whole: 'without append, flushMs and roll',
  append: 'in place (append or flushMs)',
  roll: 'with roll',
} as const

/** @throws {BadInputError} if a position is of another file, or of one that was written otherwise. */
export function checkPosition<Kind extends WritingKind>(
  file: string,
  kind: Kind,
  position: PositionOf<WritingKind>,
): asserts position is PositionOf<Kind> {
  if (file !== position.file) {
    throw new BadInputError(
      `The checkpoint is of a run that wrote ${position.file}, and this one is to write ${file}. ` +
        'Write the same file, or remove the checkpoint to begin again.',
    )
  }
  if (kind === position.kind) return
  throw new BadInputError(
    `The checkpoint is of a run that wrote ${file} ${HOW[position.kind] ?? 'otherwise'}, and this one is to write it ` +
      `${HOW[kind]}. Give the same options, or remove the checkpoint to begin again.`,
  )
}

/** What a complete file holds; of rolled files, what all of them hold. */
export interface WrittenFile {
  /** Path of the file, as it was given. */
  readonly file: string
  /** Lines written; a head of column names is not counted. */
  readonly lines: number
  /** Size of the file in bytes; packed, if it is. Of rolled files, of what this run wrote. */
  readonly bytes: number
}

/** One run's file, or files, under way. Whoever opens it calls `commit` or `discard`. */
export interface LineTarget {
  /** Says what stands ahead of all lines, or of those of each file; it is not counted. */
  begin(head: string): void | Promise<void>
  /** Adds one line, which belongs to a time. A promise while there is no room for another. */
  write(line: string, at?: number): void | Promise<void>
  /** How far it has come: from now on what is there is kept, whatever becomes of the run. No `write` may be pending. */
  position(): unknown
  /** Resolves once what `position` has spoken of would survive a crash of the machine. */
  sync(): Promise<void>
  /** A checkpoint with this position is stored. */
  acknowledge?(position: unknown): Promise<void>
  /** Completes what was written. */
  commit(): Promise<WrittenFile>
  /** Lets go: the run has failed. Never fails. */
  discard(): Promise<void>
}
