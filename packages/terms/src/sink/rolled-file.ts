/** What is known of one file among those that roll, and whether it is still there. Called by `RollingFiles`. */

import { type FileHandle, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { BadInputError } from '@millrace/core'
import type { BlockPosition } from './block-file.ts'
import { crcOf, unwritable } from './line-file.ts'

/** A file that is complete, and waits for its name. */
export interface ClosedFile {
  readonly temporary: string
  readonly final: string
  readonly bytes: number
  readonly crc: number
}

/** A file under way. */
export interface OpenPosition extends BlockPosition {
  readonly temporary: string
  readonly final: string
  readonly period: number | undefined
}

/** How far the files have come. */
export interface RollingPosition {
  readonly file: string
  readonly stake: string
  readonly head: string | undefined
  readonly lines: number
  readonly bytes: number
  readonly open: OpenPosition | undefined
  readonly closed: readonly ClosedFile[]
}

/** A new file. @throws {BadInputError} if there can be none. */
export async function create(path: string): Promise<FileHandle> {
  return open(path, 'wx').catch((cause: unknown) => {
    throw unwritable(dirname(path), cause)
  })
}

/** @throws {BadInputError} if a file that was complete is not there under its name. */
export async function checkNamed({
  final,
  bytes,
  crc,
}: Pick<ClosedFile, 'final' | 'bytes' | 'crc'>): Promise<void> {
  const found = await stat(final).catch(() => undefined)
  const isThere =
    found !== undefined && found.size >= bytes && (bytes === 0 || (await crcOf(final, bytes)) === crc)
  if (!isThere) throw gone(final)
}

/** With what was gathered and not yet written. */
export function withBlock({
  final,
  bytes,
  crc,
  block,
}: OpenPosition): Pick<ClosedFile, 'final' | 'bytes' | 'crc'> {
  const more = Buffer.from(block)
  return { final, bytes: bytes + more.length, crc: crc32(more, crc) }
}

/** Of a file that a checkpoint speaks of. */
export function gone(file: string): BadInputError {
  return new BadInputError(
    `The file ${file}, which the checkpoint speaks of, is gone, or holds something else. Remove the checkpoint to begin again.`,
  )
}
