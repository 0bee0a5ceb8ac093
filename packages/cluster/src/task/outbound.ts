/**
 * `Outbound`: takes items off an output of a task's engine and makes chunks of them. Without credit it takes nothing, and
 * the engine is held back as by any reader that is slow.
 */

import { type Edge, estimateBytes, type PortReader } from '@millrace/core/engine'
import { toBytes } from './bytes.ts'

/** Bytes of a chunk, about. */
const CHUNK_BYTES = 64 * 1024
/** Items in one chunk at most. */
const CHUNK_ITEMS = 8192

/** Where chunks go. */
export interface ChunkTarget {
  readonly hasRoom: () => boolean
  readonly write: (payload: Uint8Array) => void
}

/** Reads one output. */
export class Outbound implements PortReader {
  readonly #name: string
  readonly #target: ChunkTarget
  #edge: Edge | undefined
  #items: unknown[] = []
  #bytes = 0
  /** Takes all that comes, credit or not: what is under way must reach its end. */
  #isFree = false
  #isClosed = false

  constructor(name: string, target: ChunkTarget) {
    this.#name = name
    this.#target = target
  }

  attach(edge: Edge): void {
    this.#edge = edge
    edge.reader = this
    if (this.#isClosed) edge.close()
  }

  wake(): void {
    this.take()
  }

  onItems(): void {
    this.take()
  }

  onReaderGone(): void {}

  /** Takes what there is, as far as the credit goes. */
  take(): void {
    const edge = this.#edge
    if (edge === undefined || this.#isClosed) return
    for (let batch = edge.head; batch !== undefined; batch = edge.head) {
      if (!this.#isFree && !this.#target.hasRoom()) return
      const { items, itemBytes } = batch
      const at = edge.at
      const each = Number.isFinite(itemBytes) && itemBytes > 0 ? itemBytes : estimateBytes(items[at])
      const fits = Math.ceil((CHUNK_BYTES - this.#bytes) / each)
      const count = Math.max(1, Math.min(batch.to - at, fits, CHUNK_ITEMS - this.#items.length))
      for (let i = at; i < at + count; i++) this.#items.push(items[i])
      this.#bytes += count * each
      edge.consume(count)
      if (this.#bytes >= CHUNK_BYTES || this.#items.length >= CHUNK_ITEMS) this.flush()
    }
  }

  /** Closes the chunk that is open. */
  flush(): void {
    if (this.#items.length === 0) return
    const items = this.#items
    this.#items = []
    this.#bytes = 0
    this.#target.write(toBytes(items, `an item on its way from "${this.#name}"`))
  }

  /** From now on credit does not count. */
  free(): void {
    this.#isFree = true
    this.take()
  }

  /** The reader wants no more. */
  close(): void {
    this.#isClosed = true
    this.#items = []
    this.#edge?.close()
  }

  get isWaiting(): boolean {
    return !this.#isClosed && (this.#edge?.items ?? 0) > 0
  }

  get delivered(): number {
    const edge = this.#edge
    return edge === undefined ? 0 : edge.sent - edge.dropped - edge.abandoned
  }
}
