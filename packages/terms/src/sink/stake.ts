/**
 * `Stake`: a small file beside those that roll, which tells how far they are complete. Made by `RollingFiles`.
 *
 * It is written before files get their names. So a run that is resumed from any checkpoint knows what is not to be written
 * once more, whoever has read and removed those files since. Once it is gone, the run cannot be resumed.
 */

import { readFile } from 'node:fs/promises'
import { writeWhole } from '@millrace/core/files'
import { type ClosedFile, gone, type LastPart } from './rolled-file.ts'

/** How far the files of a run are complete. */
export interface Complete {
  /** Lines of the run, from its first on, that are in files which have their names, or get them now. */
  readonly lines: number
  /** The files that may not have them yet. */
  readonly closed: readonly ClosedFile[]
  readonly parts: readonly LastPart[]
}

/** One run's stake. */
export class Stake {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** @throws {BadInputError} if it is gone: another run has begun to write these files since. */
  async read(): Promise<Complete> {
    const text = await readFile(this.path, 'utf8').catch(() => undefined)
    if (text === undefined) throw gone(this.path)
    return JSON.parse(text) as Complete
  }

  /** Resolves once it would survive a crash of the machine. */
  write(complete: Complete): Promise<void> {
    return writeWhole(this.path, JSON.stringify(complete))
  }
}
