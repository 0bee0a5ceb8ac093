/** `MemoryStore`: checkpoints in memory, for tests: what a crash leaves is what the store holds. */

import type { CheckpointStore } from '../run/checkpoint/store.ts'

/**
 * Keeps checkpoints in memory.
 *
 * @example
 * ```ts
 * import { MemoryStore } from 'millrace/testing'
 *
 * const store = new MemoryStore()
 * await store.write(1, new Uint8Array([7]))
 * console.log(await store.list()) // [ 1 ]
 * ```
 */
export class MemoryStore implements CheckpointStore {
  readonly place = 'memory'
  /** What is kept, by number. */
  readonly files: Map<number, Uint8Array> = new Map()

  list(): Promise<readonly number[]> {
    return Promise.resolve([...this.files.keys()])
  }

  read(id: number): Promise<Uint8Array> {
    return Promise.resolve(this.files.get(id) as Uint8Array)
  }

  write(id: number, bytes: Uint8Array): Promise<void> {
    this.files.set(id, bytes)
    return Promise.resolve()
  }

  remove(id: number): Promise<void> {
    this.files.delete(id)
    return Promise.resolve()
  }

  /** What a process that dies now leaves behind. */
  copy(): MemoryStore {
    const copy = new MemoryStore()
    for (const [id, bytes] of this.files) copy.files.set(id, bytes)
    return copy
  }
}
