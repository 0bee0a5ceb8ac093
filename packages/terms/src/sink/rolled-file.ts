/** What is known of one file among those that roll. Called by `RollingFiles` and `Stake`. */

import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BadInputError } from '@millrace/core'
import type { BlockFile, BlockPosition } from './block-file.ts'
import { exists, unwritable } from './line-file.ts'
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
export interface OpenFile extends RolledName {
  readonly temporary: string
  readonly lines: BlockFile
  bytes: number
  /** Calls off what is to happen when its period is over. */
  cancel: () => void
}

/** How far a file under way has come. */
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

/** How far it has come. */
export function positionOf({ temporary, final, period, part, lines }: OpenFile): OpenPosition {
  return { temporary, final, period, part, ...lines.position }
}

/** A new file. @throws {BadInputError} if there can be none. */
export function create(temporary: string): Promise<FileHandle> {
  return open(temporary, 'wx').catch((cause: unknown) => {
    throw unwritable(dirname(temporary), cause)
  })
}

/** Cuts a file to its position, and opens it there. @throws {BadInputError} if it is gone, or is shorter. */
export async function reopened({ temporary, bytes }: OpenPosition): Promise<FileHandle> {
  if (!(await exists(temporary))) throw gone(temporary)
  const handle = await open(temporary, 'r+')
  const { size } = await handle.stat()
  await handle.truncate(Math.min(size, bytes))
  await handle.close()
  if (size < bytes) throw gone(temporary)
  return open(temporary, 'a')
}

/** Of a file that a checkpoint speaks of. */
export function gone(file: string): BadInputError {
  return new BadInputError(
    `The file ${file}, which the checkpoint speaks of, is gone, or holds less. Remove the checkpoint to begin again.`,
  )
}
