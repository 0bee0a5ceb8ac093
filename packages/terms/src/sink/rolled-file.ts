/** What is known of one file among those that roll. Called by `RollingFiles` and `Stake`. */

import { BadInputError } from '@millrace/core'
import type { BlockPosition } from './block-file.ts'
import type { PositionOf } from './line-target.ts'

/** Which file among those that roll. */
export interface RolledName {
  /** Begin of the period that it is for, in ms since the epoch. */
  readonly period: number | undefined
  readonly part: number
  readonly final: string
}

/** A file that is complete, and waits for its name. */
export interface ClosedFile extends RolledName {
  readonly temporary: string
  /** Lines of the run up to the end of this file. */
  readonly upTo: number
}

/** A file under way. */
export interface OpenPosition extends BlockPosition, RolledName {
  readonly temporary: string
}

/** The highest part of a period; of all files where there are no periods (`null`). */
export type LastPart = readonly [period: number | null, part: number]

/** How far the files have come. */
export interface RollingPosition extends PositionOf<'roll'> {
  readonly stake: string
  readonly head: string | undefined
  readonly lines: number
  readonly bytes: number
  readonly open: OpenPosition | undefined
  readonly closed: readonly ClosedFile[]
  /** Of files that are complete. */
  readonly parts: readonly LastPart[]
}

/** Of a file that a checkpoint speaks of. */
export function gone(file: string): BadInputError {
  return new BadInputError(
    `The file ${file}, which the checkpoint speaks of, is gone, or holds less. Remove the checkpoint to begin again.`,
  )
}
