/** `FileStore`: checkpoints as files in a folder. Made by `run` for `checkpoint.dir`. */

import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { BadInputError, type CheckpointStore, InUseError, messageOf } from '@millrace/core'
import { FileLock, writeWhole } from '@millrace/core/files'

const NAME = /^checkpoint-(\d+)\.millrace$/

/**
 * Keeps each checkpoint in a file of its own. A file is written beside its name, flushed to the disk, and then takes its
 * name, so that under the name there is a whole file or none, also after a crash of the machine.
 *
 * For one run at a time: a second one, in this or another process, is refused. What a killed process holds is free at once.
 *
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { FileStore } from 'millrace'
 *
 * const dir = await mkdtemp(join(tmpdir(), 'millrace-'))
 * const store = new FileStore(dir)
 * await store.write(1, Buffer.from('state'))
 * console.log(await store.list(), String(await store.read(1))) // [ 1 ] state
 * await rm(dir, { recursive: true })
 * ```
 */
export class FileStore implements CheckpointStore {
  readonly place: string
  #lock: FileLock | undefined

  /** @param dir the folder; it is made when a run begins. */
  constructor(dir: string) {
    this.place = resolve(dir)
  }

  #path(id: number): string {
    return join(this.place, `checkpoint-${id}.millrace`)
  }

  /** @throws {InUseError} if another run has the folder. @throws {BadInputError} if nothing can be written there. */
  async open(): Promise<void> {
    try {
      await mkdir(this.place, { recursive: true })
      this.#lock = await FileLock.ofFolder(this.place, 'The folder of checkpoints')
    } catch (error) {
      throw error instanceof InUseError ? error : unusable(this.place, 'write', error)
    }
  }

  async close(): Promise<void> {
    this.#lock?.release()
    this.#lock = undefined
  }

  /** The numbers of the checkpoints in the folder; none if there is no folder. */
  async list(): Promise<readonly number[]> {
    try {
      const names = await readdir(this.place)
      return names.flatMap((name) => NAME.exec(name)?.slice(1).map(Number) ?? [])
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw unusable(this.place, 'read', error)
    }
  }

  read(id: number): Promise<Uint8Array> {
    return readFile(this.#path(id))
  }

  /** @throws {BadInputError} naming the folder, if nothing can be written there. */
  async write(id: number, bytes: Uint8Array): Promise<void> {
    try {
      await mkdir(this.place, { recursive: true })
      await writeWhole(this.#path(id), bytes)
    } catch (error) {
      throw unusable(this.place, 'write', error)
    }
  }

  async remove(id: number): Promise<void> {
    await rm(this.#path(id), { force: true })
  }
}

function unusable(place: string, what: 'read' | 'write', cause: unknown): BadInputError {
  return new BadInputError(
    `The folder of checkpoints ${place} cannot be ${what === 'read' ? 'read' : 'written'}: ${messageOf(cause)}`,
    {
      cause,
    },
  )
}
