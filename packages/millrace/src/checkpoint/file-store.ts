/** `FileStore`: checkpoints as files in a folder. Made by `run` for `checkpoint.dir`. */

import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { BadInputError, type CheckpointStore, messageOf } from '@millrace/core'

const NAME = /^checkpoint-(\d+)\.millrace$/

/**
 * Keeps each checkpoint in a file of its own. A file is written beside its name, flushed to the disk, and then takes its
 * name, so that under the name there is a whole file or none, also after a crash of the machine.
 *
 * For one run at a time: two that share a folder take each other's checkpoints for their own.
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

  /** @param dir the folder; it is made when the first checkpoint is written. */
  constructor(dir: string) {
    this.place = resolve(dir)
  }

  #path(id: number): string {
    return join(this.place, `checkpoint-${id}.millrace`)
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
    const beside = `${this.#path(id)}.tmp`
    try {
      await mkdir(this.place, { recursive: true })
      const handle = await open(beside, 'w')
      try {
        await handle.writeFile(bytes)
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(beside, this.#path(id))
      await syncFolder(this.place)
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined)
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

/** Makes a new name last through a crash, where folders can be synced (not on Windows). */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}
