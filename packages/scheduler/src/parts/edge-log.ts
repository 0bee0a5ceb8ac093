/**
 * `EdgeLog`: what went over an edge and may have to go over it once more: the items from one position on. Positions
 * count the items of the edge from its beginning. Kept by `BackedEdge`.
 */

import type { Batch } from '@millrace/core'

interface Entry {
  /** Position of the first item. */
  readonly at: number
  readonly batch: Batch
}

/** A window of an edge's items. Only entries from #head onward are live. */
export class EdgeLog {
  /** Position behind the last item. */
  to = 0
  /** Nothing before this position is kept. */
  #floor = 0
  #entries: (Entry | undefined)[] = []
  #head = 0
  /** Estimated bytes kept, of whole batches. */
  bytes = 0

  /** Position of the first item kept. */
  get from(): number {
    return Math.min(this.#floor, this.to)
  }

  /** Items kept. */
  get items(): number {
    return this.to - this.from
  }

  /** Begins at a position, with nothing kept. */
  startAt(position: number): void {
    this.to = position
  }

  append(batch: Batch): void {
    const at = this.to
    const count = batch.to - batch.from
    this.to += count
    if (this.to <= this.#floor) return
    this.#entries.push({ at, batch })
    this.bytes += count * batch.itemBytes
  }

  /** Forgets what lies before a position, also what is to be appended there. */
  trim(position: number): void {
    if (position <= this.#floor) return
    this.#floor = position
    for (;;) {
      const entry = this.#entries[this.#head]
      if (entry === undefined) break
      const { at, batch } = entry
      const count = batch.to - batch.from
      if (at + count > position) break
      this.#entries[this.#head++] = undefined
      this.bytes -= count * batch.itemBytes
    }
    if (this.#head === this.#entries.length) {
      this.#entries = []
      this.#head = 0
      this.bytes = 0
    } else if (this.#head > 64 && this.#head * 2 > this.#entries.length) {
      this.#entries.splice(0, this.#head)
      this.#head = 0
    }
  }

  /** Items of one batch from a position on, `limit` at most. `undefined` if there are none, or none any more. */
  window(position: number, limit: number): Batch | undefined {
    if (position < this.from || position >= this.to || limit <= 0) return undefined
    let [low, high] = [this.#head, this.#entries.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#entries[middle] as Entry).at <= position) low = middle
      else high = middle - 1
    }
    const { at, batch } = this.#entries[low] as Entry
    const from = batch.from + (position - at)
    return { ...batch, from, to: Math.min(batch.to, from + limit) }
  }

  /** All that is kept from a position on, batch by batch. */
  *batches(from: number): Generator<Batch> {
    for (let at = Math.max(from, this.from); ; ) {
      const batch = this.window(at, Number.POSITIVE_INFINITY)
      if (batch === undefined) return
      yield batch
      at += batch.to - batch.from
    }
  }
}
