/**
 * `Edge`: a bounded FIFO queue of batches between two stages, with the overflow policies.
 *
 * The writer asks for `room` before it runs and never pushes more (policy `block`); the reader takes from the
 * head. Pushing wakes the reader, taking wakes the writer. Single-threaded: both ends live on one engine.
 */

import { performance } from 'node:perf_hooks'
import type { Batch, EdgeOptions, Overflow } from '../contracts.ts'
import { OverflowError } from '../errors.ts'
import type { EdgeStats } from '../stats.ts'
import { Histogram } from './histogram.ts'
import type { EdgeSnapshot } from './snapshot.ts'

/** What an edge needs to know of the stage at either end. */
export interface EdgeEnd {
  /** There is room, or the end: look again. */
  wake(): void
  /** The edge has items. */
  onItems(edge: Edge): void
  /** The reader of one of this stage's output edges wants no more. */
  onReaderGone(): void
}

/** Default bounds of an edge. */
export const DEFAULT_CAPACITY_ITEMS = 1024
/** 64 MiB. */
export const DEFAULT_CAPACITY_BYTES = 64 * 1024 * 1024

/** A bounded FIFO between two stages. */
export class Edge {
  readonly from: string
  readonly to: string
  /** The reader's input port. */
  readonly input: string
  /** The writer's output port. Set when wired. */
  output = 'out'
  readonly overflow: Overflow
  capacityItems: number
  capacityBytes: number
  /** Set when wired. */
  writer!: EdgeEnd
  /** Set when wired. */
  reader!: EdgeEnd
  /** Items held; what the law of bounds speaks of. */
  items = 0
  bytes = 0
  peakItems = 0
  sent = 0
  /** Estimated bytes of the items sent. */
  sentBytes = 0
  dropped = 0
  /** Items left when the reader went, or ended early. */
  abandoned = 0
  /** The writer has ended; what is held can still be read. */
  ended = false
  /** The reader wants no more; pushing is a no-op. */
  closed = false
  /** How long its writer was held back because it was full, up to `blockedAt` if that is set. */
  blockedMs = 0
  /** Since when its writer has been held back because it is full, by `performance.now()`. */
  blockedAt: number | undefined
  /** How long its writer was held back each time; made the first time, so that most edges have none. */
  waits: Histogram | undefined
  /** The edges of the run whose writer found no room and must be woken. */
  readonly #parked: Set<Edge>
  #parkedFor = 0
  /** Only batches from #head onward are live; the first of them from `at` onward. */
  #batches: (Batch | undefined)[] = []
  #head = 0
  /** Index of the next item in the first live batch. */
  at = 0

  constructor(from: string, to: string, input: string, options: EdgeOptions, parked: Set<Edge>) {
    this.from = from
    this.to = to
    this.input = input
    this.#parked = parked
    this.overflow = options.overflow ?? 'block'
    this.capacityItems = this.overflow === 'latest' ? 1 : (options.capacityItems ?? DEFAULT_CAPACITY_ITEMS)
    this.capacityBytes = options.capacityBytes ?? DEFAULT_CAPACITY_BYTES
  }

  /** The writer found no room for an item of so many bytes: it is woken when there is some. */
  park(itemBytes: number): void {
    this.#parkedFor = itemBytes
    this.#parked.add(this)
  }

  /** Whether it holds its writer back and is not booked to, or the other way round. Asked while the writer is held back. */
  get isToldWrong(): boolean {
    return this.#parked.has(this) !== (this.blockedAt !== undefined)
  }

  /** Books from this moment on what `isToldWrong` was asked for. */
  tellBlocked(at: number): void {
    if (this.#parked.has(this)) this.blockedAt = at
    else this.unblock(at)
  }

  /** The writer goes on. */
  unblock(at: number): void {
    if (this.blockedAt === undefined) return
    const ms = at - this.blockedAt
    this.blockedMs += ms
    this.blockedAt = undefined
    this.waits ??= new Histogram()
    this.waits.add(ms)
  }

  /** Wakes a parked writer if it would find room now. */
  unparkIfRoom(): void {
    if (this.closed || this.room(this.#parkedFor) > 0) this.unpark()
  }

  /** Wakes a parked writer. */
  unpark(): void {
    if (this.#parked.delete(this)) this.writer.wake()
  }

  /**
   * Items of about `itemBytes` that may be pushed now; 0 when full. Where `itemBytes` is not known yet (NaN), one
   * item goes ahead to be measured. Policies other than `block` always take.
   */
  room(itemBytes: number): number {
    if (this.overflow !== 'block') return Number.POSITIVE_INFINITY
    const byItems = this.capacityItems - this.items
    if (byItems <= 0) return 0
    if (Number.isNaN(itemBytes)) return 1
    const byBytes = Math.floor((this.capacityBytes - this.bytes) / itemBytes)
    if (byBytes >= byItems) return byItems
    return byBytes > 0 ? byBytes : this.items === 0 ? 1 : 0
  }

  /** The first live batch; its items start at `at`. */
  get head(): Batch | undefined {
    return this.#batches[this.#head]
  }

  /** True when nothing is held and nothing will come. */
  get isDrained(): boolean {
    return this.items === 0 && this.ended
  }

  /** Appends a batch. @throws {OverflowError} with policy `fail` and too little room. */
  push(batch: Batch): void {
    if (this.closed) return
    const count = batch.to - batch.from
    this.sent += count
    this.sentBytes += count * batch.itemBytes
    if (this.overflow !== 'block' && this.items + count > this.capacityItems) this.#overflow(batch)
    else this.#append(batch)
    if (this.items > this.peakItems) this.peakItems = this.items
    this.reader.onItems(this)
  }

  #append(batch: Batch): void {
    if (this.items === 0) this.at = batch.from
    this.#batches.push(batch)
    this.items += batch.to - batch.from
    this.bytes += (batch.to - batch.from) * batch.itemBytes
  }

  /**
   * Puts a batch in front of what is held: for who may choose the order. The writer is counted, the reader is told. Not
   * while the reader is in the middle of a window.
   */
  pushFirst(batch: Batch): void {
    if (this.closed) return
    const { head } = this
    if (head !== undefined && this.at > head.from) this.#batches[this.#head] = { ...head, from: this.at }
    if (this.#head > 0) this.#batches[--this.#head] = batch
    else this.#batches.unshift(batch)
    const count = batch.to - batch.from
    this.at = batch.from
    this.sent += count
    this.items += count
    this.bytes += count * batch.itemBytes
    if (this.items > this.peakItems) this.peakItems = this.items
    this.reader.onItems(this)
  }

  #overflow(batch: Batch): void {
    const excess = this.items + (batch.to - batch.from) - this.capacityItems
    if (this.overflow === 'fail') throw new OverflowError(this.from, this.to, this.capacityItems)
    this.dropped += excess
    if (this.overflow === 'dropNewest') {
      if (batch.to - excess > batch.from) this.#append({ ...batch, to: batch.to - excess })
      return
    }
    const held = Math.min(excess, this.items)
    this.#skip(held)
    this.#append({ ...batch, from: batch.from + (excess - held) })
  }

  /** Takes `count` items off the first live batch, which holds at least as many. */
  consume(count: number): void {
    if (count === 0) return
    const batch = this.#batches[this.#head] as Batch
    this.items -= count
    this.bytes -= count * batch.itemBytes
    this.at += count
    if (this.at >= batch.to) this.#dropHead()
    // half empty, not just one item: a slow reader would otherwise make its writer send single items
    if (this.items * 2 <= this.capacityItems) this.unpark()
  }

  /** Takes up to `count` items off the end: for who runs them elsewhere. The writer is not told. */
  takeTail(count: number): {
    readonly items: readonly unknown[]
    readonly times: readonly number[] | undefined
  } {
    const items: unknown[][] = []
    const times: number[][] = []
    let left = Math.min(count, this.items)
    this.sent -= left
    while (left > 0) {
      const batch = this.#batches.pop() as Batch
      const isHead = this.#batches.length === this.#head
      const from = Math.max(isHead ? this.at : batch.from, batch.to - left)
      items.unshift(batch.items.slice(from, batch.to))
      if (batch.times !== undefined) times.unshift(batch.times.slice(from, batch.to))
      const taken = batch.to - from
      left -= taken
      this.items -= taken
      this.bytes -= taken * batch.itemBytes
      const rest = isHead ? this.at : batch.from
      if (from > rest) this.#batches.push({ ...batch, to: from })
    }
    if (this.items === 0) {
      this.#batches.length = 0
      this.#head = 0
      this.bytes = 0
    }
    return { items: items.flat(), times: times.length === 0 ? undefined : times.flat() }
  }

  #dropHead(): void {
    this.#batches[this.#head++] = undefined
    if (this.#head === this.#batches.length) {
      this.#batches.length = 0
      this.#head = 0
    } else if (this.#head > 64 && this.#head * 2 > this.#batches.length) {
      this.#batches.splice(0, this.#head)
      this.#head = 0
    }
    if (this.items === 0) this.bytes = 0
    this.at = this.#batches[this.#head]?.from ?? 0
  }

  #skip(count: number): void {
    for (let left = count; left > 0; ) {
      const batch = this.head as Batch
      const taken = Math.min(left, batch.to - this.at)
      this.consume(taken)
      left -= taken
    }
  }

  /** Called by the writer: nothing follows. */
  end(): void {
    if (this.ended) return
    this.ended = true
    this.reader.wake()
  }

  /** Called by the reader: it wants no more. What is held is let go. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.abandoned += this.items
    this.items = 0
    this.bytes = 0
    this.#batches.length = 0
    this.#head = 0
    this.unpark()
    this.writer.onReaderGone()
  }

  /** Doubles the bounds, to resolve a stall. */
  grow(): void {
    this.capacityItems *= 2
    this.capacityBytes *= 2
    this.unpark()
  }

  /** What lies on it, and its figures, for a checkpoint. */
  save(): EdgeSnapshot {
    const { from: writer, to: reader, sent, dropped, abandoned, peakItems } = this
    const { capacityItems, capacityBytes, ended, closed } = this
    const live = this.#batches.slice(this.#head) as Batch[]
    const batches = live.map(({ items, from, to, times, itemBytes }, i) => {
      const at = i === 0 ? this.at : from
      return { items: items.slice(at, to), times: times?.slice(at, to), itemBytes }
    })
    const figures = { sent, dropped, abandoned, peakItems, capacityItems, capacityBytes }
    return { writer, reader, batches, ...figures, ended, closed }
  }

  /** Puts back what was saved. Nobody is woken: no end of it has begun to run. */
  restore({ batches, writer: _writer, reader: _reader, ...figures }: EdgeSnapshot): void {
    if (this.closed) return // from outside, before the run began
    Object.assign(this, figures)
    for (const { items, times, itemBytes } of batches) {
      this.#append({ items, from: 0, to: items.length, times, itemBytes })
    }
  }

  /** Figures so far. */
  stats(at = performance.now()): EdgeStats {
    const { from, output, to, input, overflow, sent, dropped } = this
    const { items, peakItems, bytes, capacityItems, capacityBytes } = this
    const fill = Math.min(1, Math.max(items / capacityItems, bytes / capacityBytes))
    const blockedMs = this.blockedMs + (this.blockedAt === undefined ? 0 : Math.max(0, at - this.blockedAt))
    const held = { items, peakItems, bytes, capacityItems, capacityBytes, fill }
    const waits = this.waits === undefined ? {} : { waits: this.waits.figures }
    return { kind: 'queue', from, output, to, input, ...held, overflow, blockedMs, ...waits, sent, dropped }
  }
}
