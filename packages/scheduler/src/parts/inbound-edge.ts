/**
 * `InboundEdge`: an edge whose writer lives on another thread. Made by the placements of both sides.
 *
 * It takes whatever comes: the writer's end keeps the bounds. What the reader consumes is acknowledged in batches: when
 * half of what may be under way is consumed, when the engine goes quiet, and at the end of each turn of the event loop.
 * It never acknowledges after its `close`, and closes no sooner than a snapshot of its reader says so.
 */

import { TermError } from '@millrace/core'
import { DEFAULT_CAPACITY_ITEMS, Edge } from '@millrace/core/engine'
import { type Packed, unpack } from '../worker/packed.ts'
import { type Post, windowOf } from './outbound-edge.ts'
import type { EdgeMessage, SavedReader } from './protocol.ts'

/** The reader's end of an edge between threads. */
export class InboundEdge extends Edge {
  readonly index: number
  /** Messages received from the writer, and sent to it, since the port is the one it is. */
  forward = 0
  back = 0
  readonly #post: Post
  readonly #acknowledgeAt: number
  #received = 0
  #consumed = 0
  #acknowledged = 0
  /** Items held when it closed. */
  #held = 0
  #closePosted = false
  #turn: NodeJS.Immediate | undefined
  /** Estimated bytes consumed. */
  consumedBytes = 0
  /** Whether the writer is told of a `close` at once. Else `announce` is to be called. */
  closesAtOnce = true
  /** Hears how the edge stands right before the writer is told of its `close`. */
  onClosing: ((at: SavedReader) => void) | undefined

  constructor(index: number, post: Post, ...args: ConstructorParameters<typeof Edge>) {
    const [from, to, input, options, parked] = args
    super(from, to, input, { ...options, overflow: 'block' }, parked)
    this.index = index
    this.#post = post
    const { capacityItems = DEFAULT_CAPACITY_ITEMS } = options
    this.#acknowledgeAt = Math.max(1, Math.min(capacityItems, windowOf(options)) / 2)
  }

  /** Whether something was consumed that the writer has not been told of. */
  get isBehind(): boolean {
    return !this.closed && this.#consumed > this.#acknowledged
  }

  get received(): number {
    return this.#received
  }

  get consumed(): number {
    return this.#consumed
  }

  /** Whether it has closed, and the writer has not been told yet. */
  get isClosing(): boolean {
    return this.closed && !this.#closePosted
  }

  override consume(count: number): void {
    if (count === 0) return
    this.consumedBytes += count * (this.head?.itemBytes ?? 0)
    super.consume(count)
    this.#consumed += count
    if (this.#consumed - this.#acknowledged >= this.#acknowledgeAt) this.acknowledge()
    else this.#turn ??= setImmediate(() => this.acknowledge())
  }

  /** Tells the writer what has been consumed. */
  acknowledge(): void {
    clearImmediate(this.#turn)
    this.#turn = undefined
    if (!this.isBehind) return
    this.#acknowledged = this.#consumed
    this.back++
    this.#post({ kind: 'ack', edge: this.index, consumed: this.#consumed })
  }

  override close(): void {
    if (this.closed) return
    clearImmediate(this.#turn)
    this.#held = this.items
    super.close()
    if (this.closesAtOnce) this.announce()
  }

  /** Tells the writer that the edge has closed. */
  announce(): void {
    if (!this.isClosing) return
    this.#closePosted = true
    this.onClosing?.(this.capture())
    this.back++
    this.#post({ kind: 'close', edge: this.index, consumed: this.#consumed, held: this.#held })
  }

  /** Takes what the writer's end has sent. What comes after a `close` is the writer's to account for. */
  receive(message: Extract<EdgeMessage, { kind: 'items' | 'end' }>): void {
    this.forward++
    if (message.kind === 'end') {
      super.end()
      return
    }
    if (this.closed) return
    const items = this.#unpack(message.items)
    const times = message.times === undefined ? undefined : Array.from(message.times)
    this.#received += items.length
    this.push({ items, from: 0, to: items.length, times, itemBytes: message.itemBytes })
  }

  /** @throws {TermError} for an object of a class that is not registered here. */
  #unpack(packed: Packed): readonly unknown[] {
    try {
      return unpack(packed)
    } catch (error) {
      throw new TermError(this.to, 'item', error)
    }
  }

  /** Only the writer's host ends an edge; see `receive`. */
  override end(): void {}

  /** What a snapshot of the reader must know of the edge. */
  capture(): SavedReader {
    const { index, closed, abandoned } = this
    return { edge: index, consumed: this.#consumed, closed, held: this.#held, abandoned }
  }

  /** Goes on from a snapshot of the reader. */
  goOnFrom({ consumed, closed, held, abandoned }: SavedReader): void {
    this.#received = consumed
    this.#consumed = consumed
    this.#acknowledged = consumed
    this.#held = held
    this.closed = closed
    this.#closePosted = closed
    this.abandoned = abandoned
  }

  /** One of the ends has moved to another thread: tells the writer, over the new port, from where to go on. */
  resume(): void {
    this.forward = 0
    this.back = 1
    this.#acknowledged = this.#consumed
    // a close that waits for its snapshot is told after it
    const closed = this.closed && (this.#closePosted || this.closesAtOnce)
    this.#closePosted = closed
    this.#post({ kind: 'resume', received: this.#received, ...this.capture(), closed })
  }
}
