/**
 * `BackedEdge`: an edge whose writer keeps what its reader could ask for again: upstream backup, after J. Hwang et al.,
 * "High-availability algorithms for distributed stream processing", ICDE 2005. Within a part it is used as it is;
 * `OutboundEdge` builds on it.
 *
 * Positions count the items sent. A writer that goes on from a snapshot gives again what it had given since: what the
 * reader has taken already (`taken`) is counted and kept, but not held a second time.
 */

import type { Batch } from '@millrace/core'
import { DEFAULT_CAPACITY_BYTES, Edge } from '@millrace/core/engine'
import { pack, unpack } from '../worker/packed.ts'
import { EdgeLog } from './edge-log.ts'
import type { SavedReader, SavedWriter, SentBatch, Stamps } from './protocol.ts'

/** A reader takes a snapshot once it has consumed so many items, or estimated bytes, since the last one. */
export const MOST_UNSAVED_ITEMS = 65_536
export const MOST_UNSAVED_BYTES = 16 * 1024 * 1024

/** An edge with a backup at its writer. */
export class BackedEdge extends Edge {
  readonly log = new EdgeLog()
  /** Whether the reader may ask again for what it has taken. Else only the writer may need what was not taken yet. */
  isBacked = false
  /** Whether a snapshot of the reader has been stored since the writer's own was taken. */
  isFresh = true
  /** Items that the reader has taken off, or has accounted for. */
  taken = 0
  /** When a source before this one emitted its items, oldest first: what is emitted again bears the same times. */
  stamps: readonly Stamps[] = []
  /** Times of items before this position have been told. */
  stampedTo = 0
  /** Those of them that the log need not keep. */
  #covered = 0
  /** The reader has closed; the writer is yet to give again what it had taken by then. */
  #closesAt: number | undefined
  /** For a reader on the same thread: what it held when it closed, and the estimated bytes it has consumed. */
  #held = 0
  consumedBytes = 0
  #closedBefore: SavedReader | undefined
  #closeSaved = false

  override room(itemBytes: number): number {
    return this.isBacked && this.#isFull ? 0 : super.room(itemBytes)
  }

  /** More than twice what a reader may leave unsaved: it has not been stored yet, so the writer waits. */
  get #isFull(): boolean {
    const { log, capacityItems, capacityBytes } = this
    return (
      log.items >= 2 * MOST_UNSAVED_ITEMS + 2 * capacityItems ||
      log.bytes >= 2 * MOST_UNSAVED_BYTES + 2 * Math.min(capacityBytes, DEFAULT_CAPACITY_BYTES)
    )
  }

  override push(given: Batch): void {
    if (this.closed) return
    const batch = this.stamps.length > 0 ? this.#stamped(given) : given
    if (this.overflow !== 'block') {
      super.push(batch)
      return
    }
    if (this.isBacked || !this.isLocal) this.log.append(batch)
    const count = batch.to - batch.from
    const skipped = Math.max(0, Math.min(count, this.taken - this.sent))
    this.sent += skipped
    if (skipped < count) super.push({ ...batch, from: batch.from + skipped })
  }

  /** The batch with the times at which its items were emitted first. */
  #stamped(batch: Batch): Batch {
    const { sent } = this
    if (batch.times === undefined || sent >= this.stampedTo) return batch
    const times = [...batch.times]
    for (const { from, times: known } of this.stamps) {
      const first = Math.max(from, sent)
      const last = Math.min(from + known.length, sent + batch.to - batch.from)
      for (let at = first; at < last; at++) times[batch.from + at - sent] = known[at - from] as number
    }
    return { ...batch, times }
  }

  /** The times of what was given since they were asked for last. */
  takeStamps(): Stamps | undefined {
    const times: number[] = []
    const from = Math.max(this.stampedTo, this.log.from)
    if (!this.isBacked || this.log.to <= from) return undefined
    for (const batch of this.log.batches(from)) times.push(...(batch.times ?? []).slice(batch.from, batch.to))
    this.stampedTo = this.log.to
    return { from, times: Float64Array.from(times) }
  }

  /** Whether both ends live here. */
  protected get isLocal(): boolean {
    return true
  }

  override consume(count: number): void {
    this.consumedBytes += count * (this.head?.itemBytes ?? 0)
    super.consume(count)
    if (this.overflow === 'block') this.taken += count
  }

  /** Items consumed by a reader on the same thread. */
  get consumed(): number {
    return this.taken
  }

  /** The reader has taken so many items in all, here or before its writer began anew. */
  protected take(position: number): void {
    for (let left = Math.min(position - this.taken, this.items); left > 0; ) {
      const { head } = this
      if (head === undefined) break
      const count = Math.min(left, head.to - this.at)
      this.consume(count)
      left -= count
    }
    this.taken = Math.max(this.taken, position)
  }

  /** The reader wants no more, and has accounted for so many items. The rest is abandoned. */
  protected closeAt(position: number): void {
    this.take(position)
    this.#closesAt = position
    this.closeInTime()
  }

  /** Closes once the writer has given again what the reader had taken by then. Not called while the writer runs. */
  closeInTime(): void {
    if (this.closed || this.#closesAt === undefined || this.sent < this.#closesAt) return
    this.close()
    this.reader.wake()
  }

  override close(): void {
    if (this.closed || (this.#closesAt !== undefined && this.sent < this.#closesAt)) return
    this.#held = this.items
    super.close()
    this.log.trim(Number.POSITIVE_INFINITY)
  }

  override end(): void {
    super.end()
    // who gives less than it gave before would be waited for in vain
    this.#closesAt = this.#closesAt === undefined ? undefined : 0
    this.closeInTime()
  }

  /** The reader's snapshot is stored: it will not ask again for what lies before this position. */
  cover(position: number): void {
    this.#covered = Math.max(this.#covered, position)
    if (position === Number.POSITIVE_INFINITY) this.isBacked = false
    this.isFresh = true
    this.trim()
    if (!this.closed) this.unparkIfRoom()
  }

  /** Forgets what nobody can ask for. */
  protected trim(): void {
    this.log.trim(this.isBacked ? this.#covered : this.settled)
  }

  /** What lies before this position is with a reader that will not ask for it again. */
  protected get settled(): number {
    return Number.POSITIVE_INFINITY
  }

  /** Whether a reader on the same thread has closed it, and no snapshot says so yet. */
  get isClosing(): boolean {
    return this.closed && !this.#closeSaved
  }

  /** What a snapshot of a reader on the same thread must know of the edge. */
  saveReader(index: number): SavedReader {
    const { consumed, closed, abandoned } = this
    this.#closeSaved = closed
    return this.#closedBefore ?? { edge: index, consumed, closed, held: this.#held, abandoned }
  }

  /** What a snapshot of the writer must know of the edge. */
  capture(index: number): SavedWriter {
    const { sent, dropped, abandoned, peakItems, closed, log } = this
    const kept: SentBatch[] = []
    if (!closed) {
      for (const { items, from, to, times, itemBytes } of log.batches(log.from)) {
        const stamps = times === undefined ? undefined : Float64Array.from(times.slice(from, to))
        kept.push({ items: pack(items, from, to, 'thread'), times: stamps, itemBytes })
      }
    }
    this.isFresh = false
    return { edge: index, sent, dropped, abandoned, peakItems, closed, keptFrom: log.from, kept }
  }

  /** Goes on from a snapshot of the writer, if there is one, and from what is known of the reader. Called once wired. */
  goOnFrom(writer: SavedWriter | undefined, reader: SavedReader | undefined): void {
    const { sent = 0, dropped = 0, abandoned = 0, peakItems = 0, keptFrom = 0, kept = [] } = writer ?? {}
    const { consumed = 0, closed = false, held = 0 } = reader ?? {}
    Object.assign(this, { dropped, abandoned, peakItems })
    const start = kept.length > 0 ? keptFrom : sent
    this.log.startAt(start)
    this.log.trim(start)
    for (const { items, times, itemBytes } of kept) {
      const list = unpack(items)
      const stamps = times === undefined ? undefined : Array.from(times)
      this.log.append({ items: list, from: 0, to: list.length, times: stamps, itemBytes })
    }
    this.#covered = consumed
    this.trim()
    // a reader that is never saved has taken what the writer did not keep
    this.taken = closed ? consumed + held : Math.max(consumed, start)
    if (closed && this.isLocal) {
      this.#closedBefore = reader
      this.#closeSaved = true
      if (writer?.closed !== true) this.abandoned = reader?.abandoned ?? 0
    }
    if (writer?.closed === true) {
      this.sent = sent
      this.closed = true
      return
    }
    for (const batch of this.log.batches(this.taken)) super.push(batch)
    Object.assign(this, { sent, peakItems: Math.max(peakItems, this.items) })
    if (closed) this.closeAt(this.taken)
  }
}
