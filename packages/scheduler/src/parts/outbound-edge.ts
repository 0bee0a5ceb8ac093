/**
 * `OutboundEdge`: an edge whose reader lives on another thread. Made by the placements of both sides.
 *
 * It has the edge's full bounds. Items are sent on at once, but held until the reader has consumed them: what is on
 * the way and what the reader holds counts. Under a policy that drops, what was sent counts as delivered; only a
 * small window is sent ahead, and the policy applies to what has not been sent. It never sends after a `close`, nor,
 * once one of its ends has moved to a new thread, before the reader has said from where to go on.
 */

import { type Batch, type EdgeOptions, MillraceError, TermError } from '@millrace/core'
import { DEFAULT_CAPACITY_ITEMS, Uncarriable } from '@millrace/core/engine'
import { type Packed, pack } from '../worker/packed.ts'
import { refusal } from '../worker/refusal.ts'
import { BackedEdge } from './backed-edge.ts'
import type { EdgeMessage } from './protocol.ts'

/** Sends a message to the other end. */
export type Post = (message: EdgeMessage) => void

/** Items under way at most on an edge that drops. */
const MAX_WINDOW = 64

/** Items that may be under way on an edge that drops; all, on one that does not. */
export function windowOf({
  overflow = 'block',
  capacityItems = DEFAULT_CAPACITY_ITEMS,
}: EdgeOptions): number {
  if (overflow === 'block') return Number.POSITIVE_INFINITY
  return overflow === 'latest' ? 1 : Math.max(1, Math.min(MAX_WINDOW, Math.floor(capacityItems / 4)))
}

/** The writer's end of an edge between threads. */
export class OutboundEdge extends BackedEdge {
  readonly index: number
  /** Messages sent to the reader, and received from it, since the port is the one it is. */
  forward = 0
  back = 0
  /** While set, items are held back: what they depend on has not been told yet. */
  isHeldBack = false
  readonly #post: Post
  readonly #window: number
  /** Whether the reader has said from where to go on, if it had to. */
  #isConnected = true
  /** Position behind the last item sent, and behind the last that the reader, as it is now, has consumed. */
  #posted = 0
  #acknowledged = 0
  /** Up to here the reader had been sent items before it began anew: they are sent in windows, not at once. */
  #replayTo = 0
  #endPosted = false

  constructor(index: number, post: Post, ...args: ConstructorParameters<typeof BackedEdge>) {
    super(...args)
    this.index = index
    this.#post = post
    this.#window = windowOf(args[3])
  }

  protected override get isLocal(): boolean {
    return false
  }

  /** What was posted may be gone with the port that it lies in: it is kept until the reader says that it has it. */
  protected override get settled(): number {
    return this.#acknowledged
  }

  /** Whether the writer still has to give again what the reader received before. */
  get isRegenerating(): boolean {
    return !this.closed && (!this.#isConnected || this.sent < this.#posted)
  }

  override push(batch: Batch): void {
    super.push(batch)
    this.pump()
  }

  override end(): void {
    if (!this.closed && this.overflow === 'block' && this.sent < this.#posted) throw this.#differs()
    super.end()
    this.pump()
  }

  /** Nobody would ever see the end: the reader waits for more than there is. */
  #differs(): TermError {
    const cause = new MillraceError(
      'NOT_REPLAYABLE',
      `Its worker was lost, and when it was run again it gave ${this.sent} items where it had given ${this.#posted}. ` +
        "A term must give the same for the same items; keep one that does not on the caller's thread with local().",
    )
    return new TermError(this.from, 'replay', cause)
  }

  /** Sends what may be sent, then the end. */
  pump(): void {
    if (this.closed || !this.#isConnected || this.isHeldBack) return
    if (this.overflow !== 'block') this.#deliver()
    for (;;) {
      const limit =
        this.#posted < this.#replayTo
          ? this.capacityItems - (this.#posted - this.#acknowledged)
          : Number.POSITIVE_INFINITY
      const batch = this.log.window(this.#posted, limit)
      if (batch === undefined) break
      this.#send(batch)
    }
    this.trim()
    const isUnderWay = this.#posted < this.log.to || (this.overflow !== 'block' && this.items > 0)
    if (!this.ended || this.#endPosted || isUnderWay) return
    this.#endPosted = true
    this.forward++
    this.#post({ kind: 'end', edge: this.index })
  }

  /** Takes what the window allows off an edge that drops. */
  #deliver(): void {
    for (let { head } = this; head !== undefined; head = this.head) {
      const count = Math.min(head.to - this.at, this.#window - (this.log.to - this.#acknowledged))
      if (count <= 0) return
      this.log.append({ ...head, from: this.at, to: this.at + count })
      this.consume(count)
    }
  }

  #send({ items, from, to, times, itemBytes }: Batch): void {
    const packed = this.#pack(items, from, to)
    const stamps = times === undefined ? undefined : Float64Array.from(times.slice(from, to))
    this.#post({ kind: 'items', edge: this.index, items: packed, times: stamps, itemBytes })
    this.forward++
    this.#posted += to - from
  }

  /** @throws {TermError} for an item that cannot be sent. */
  #pack(items: readonly unknown[], from: number, to: number): Packed {
    try {
      return pack(items, from, to, 'thread')
    } catch (error) {
      if (!(error instanceof Uncarriable)) throw error
      throw new TermError(this.from, 'result', refusal('result', error))
    }
  }

  /** The reader has consumed so many items in all. */
  onAck(consumed: number): void {
    this.back++
    if (this.closed) return
    this.#settle(consumed)
    this.pump()
  }

  /** The reader wants no more. What it has not accounted for itself was abandoned. */
  onClose(consumed: number, held: number): void {
    this.back++
    if (this.closed) return
    if (this.overflow === 'block') {
      this.closeAt(consumed + held)
      return
    }
    const lost = this.log.to - consumed - held
    this.#settle(consumed)
    this.abandoned += lost
    super.close()
    this.reader.wake()
  }

  #settle(consumed: number): void {
    if (this.overflow === 'block') this.take(consumed)
    this.#acknowledged = consumed
  }

  /** One of the ends is about to move to another thread: nothing is sent before `onResume`. */
  disconnect(): void {
    this.forward = 0
    this.back = 0
    this.#isConnected = false
    this.#endPosted = false
  }

  /** The reader is there, and goes on behind what it has received. */
  onResume({ received, consumed, closed, held }: Extract<EdgeMessage, { kind: 'resume' }>): void {
    if (closed) {
      this.#isConnected = true
      this.#posted = Math.max(this.#posted, received)
      this.onClose(consumed, held)
      return
    }
    this.back++
    if (this.closed) return
    this.#isConnected = true
    this.#replayTo = Math.max(this.#replayTo, this.#posted, this.log.to)
    this.#posted = received
    this.#settle(consumed)
    this.pump()
    this.writer.wake()
  }
}
