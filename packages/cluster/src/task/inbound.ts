/** `Inbound`: the source that stands in for an edge from another task, in the engine of the task that reads it. */

import { BatchSourceTerm } from '@millrace/core'
import type { ReadPosition } from '../port/records.ts'
import type { CommittedChunk } from '../protocol/read-committed.ts'
import { fromBytes } from './bytes.ts'

/** Reads the committed chunks of an edge from a place on; from where the task stood if there is none. */
export type ReadChunks = (from: ReadPosition | undefined) => AsyncIterable<CommittedChunk>

/** Gives the items of an edge. It knows its place to the chunk; the engine, to the item. */
export class Inbound extends BatchSourceTerm<unknown> {
  readonly #read: ReadChunks
  readonly #positions = new WeakMap<object, ReadPosition>()

  constructor(name: string, read: ReadChunks) {
    super()
    this.name = name
    this.#read = read
  }

  override batches(): AsyncIterable<readonly unknown[]> {
    return this.#items(undefined)
  }

  override position(batch: readonly unknown[]): ReadPosition | undefined {
    return this.#positions.get(batch)
  }

  override seek(position: unknown): AsyncIterable<readonly unknown[]> {
    return this.#items(position as ReadPosition)
  }

  async *#items(from: ReadPosition | undefined): AsyncGenerator<readonly unknown[], void, undefined> {
    for await (const { payload, position } of this.#read(from)) {
      const items = fromBytes(payload) as unknown[]
      this.#positions.set(items, position)
      yield items
    }
  }
}
