/**
 * `InboundEdge`: an edge whose writer lives on another thread. Made by the placements of both sides.
 *
 * It takes whatever comes: the writer's end keeps the bounds. What the reader consumes is acknowledged in batches: when
 * half of what may be under way is consumed, when the engine goes quiet, and at the end of each turn of the event loop.
 * It never acknowledges after its `close`.
 */

import { DEFAULT_CAPACITY_ITEMS, Edge } from '@millrace/core/engine'
import { unpack } from '../worker/packed.ts'
import { type Post, windowOf } from './outbound-edge.ts'
import type { EdgeMessage } from './protocol.ts'

/** The reader's end of an edge between threads. */
export class InboundEdge extends Edge {
  readonly index: number
  /** Messages received from the writer, and sent to it. */
  forward = 0
  back = 0
  readonly #post: Post
  readonly #acknowledgeAt: number
  #consumed = 0
  #acknowledged = 0
  #turn: NodeJS.Immediate | undefined

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

  override consume(count: number): void {
    if (count === 0) return
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
    this.#post({ kind: 'ack', edge: this.index, consumed: this.#consumed }, [])
  }

  override close(): void {
    if (this.closed) return
    clearImmediate(this.#turn)
    this.back++
    this.#post({ kind: 'close', edge: this.index, consumed: this.#consumed, held: this.items }, [])
    super.close()
  }

  /** Takes what the writer's end has sent. What comes after a `close` is the writer's to account for. */
  receive(message: Extract<EdgeMessage, { kind: 'items' | 'end' }>): void {
    this.forward++
    if (message.kind === 'end') {
      super.end()
      return
    }
    if (this.closed) return
    const items = unpack(message.items)
    const times = message.times === undefined ? undefined : Array.from(message.times)
    this.push({ items, from: 0, to: items.length, times, itemBytes: message.itemBytes })
  }

  /** Only the writer's host ends an edge; see `receive`. */
  override end(): void {}
}
