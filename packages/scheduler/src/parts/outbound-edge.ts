/**
 * `OutboundEdge`: an edge whose reader lives on another thread. Made by the placements of both sides.
 *
 * It has the edge's full bounds. Items are sent on at once, but held until the reader has consumed them: what is on
 * the way and what the reader holds counts. Under a policy that drops, what was sent counts as delivered; only a
 * small window is sent ahead, and the policy applies to what has not been sent. It never sends after a `close`.
 */

import { type Batch, type EdgeOptions, MillraceError, TermError } from '@millrace/core'
import { DEFAULT_CAPACITY_ITEMS, Edge } from '@millrace/core/engine'
import { findUncloneable } from '../worker/clone-path.ts'
import { pack, type Transferred } from '../worker/packed.ts'
import type { EdgeMessage } from './protocol.ts'

/** Sends a message to the other end. */
export type Post = (message: EdgeMessage, transfer: Transferred) => void

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
export class OutboundEdge extends Edge {
  readonly index: number
  /** Messages sent to the reader, and received from it. */
  forward = 0
  back = 0
  readonly #post: Post
  readonly #window: number
  /** Items sent, and those of them that the reader has consumed. */
  #posted = 0
  #acknowledged = 0
  #endPosted = false

  constructor(index: number, post: Post, ...args: ConstructorParameters<typeof Edge>) {
    super(...args)
    this.index = index
    this.#post = post
    this.#window = windowOf(args[3])
  }

  override push(batch: Batch): void {
    if (this.closed) return
    super.push(batch)
    if (this.overflow === 'block') this.#send(batch, batch.from, batch.to)
    else this.#pump()
  }

  override end(): void {
    super.end()
    this.#pump()
  }

  /** Sends what the window allows, then the end. */
  #pump(): void {
    if (this.closed) return
    if (this.overflow !== 'block') {
      for (let { head } = this; head !== undefined; head = this.head) {
        const count = Math.min(head.to - this.at, this.#window - (this.#posted - this.#acknowledged))
        if (count <= 0) return
        this.#send(head, this.at, this.at + count)
        this.consume(count)
      }
    }
    if (!this.ended || this.#endPosted) return
    this.#endPosted = true
    this.forward++
    this.#post({ kind: 'end', edge: this.index }, [])
  }

  #send({ items, times, itemBytes }: Batch, from: number, to: number): void {
    const transfer: Transferred = []
    const packed = pack(items, from, to, transfer)
    const stamps = times === undefined ? undefined : Float64Array.from(times.slice(from, to))
    try {
      this.#post({ kind: 'items', edge: this.index, items: packed, times: stamps, itemBytes }, transfer)
    } catch (error) {
      throw this.#explain(items.slice(from, to), error)
    }
    this.forward++
    this.#posted += to - from
  }

  #explain(items: readonly unknown[], error: unknown): unknown {
    for (const item of items) {
      const found = findUncloneable(item)
      if (found === undefined) continue
      const cause = new MillraceError(
        'NOT_CLONEABLE',
        `its result cannot be sent to another thread: item${found.path} is ${found.what}. ` +
          "Return plain data, or keep the terms at both ends on the caller's thread with local().",
      )
      return new TermError(this.from, 'result', cause)
    }
    return error
  }

  /** The reader has consumed so many items in all. */
  onAck(consumed: number): void {
    this.back++
    if (this.closed) return
    this.#settle(consumed)
    this.#pump()
  }

  /** The reader wants no more. What it has not accounted for itself was abandoned. */
  onClose(consumed: number, held: number): void {
    this.back++
    if (this.closed) return
    const lost = this.#posted - consumed - held
    this.#settle(consumed)
    if (this.overflow === 'block') this.#take(held)
    else this.abandoned += lost
    super.close()
    this.reader.wake()
  }

  #settle(consumed: number): void {
    if (this.overflow === 'block') this.#take(consumed - this.#acknowledged)
    this.#acknowledged = consumed
  }

  #take(count: number): void {
    for (let left = count; left > 0; ) {
      const { head } = this
      if (head === undefined) return
      const taken = Math.min(left, head.to - this.at)
      this.consume(taken)
      left -= taken
    }
  }
}
