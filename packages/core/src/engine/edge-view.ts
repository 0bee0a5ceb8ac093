/** `EdgeView`: a stream term's cursor on one edge, with bounded history. Made by `StreamStage`. */

import type { Batch, Clock } from '../contracts.ts'
import { WrongStateError } from '../errors.ts'
import type { HistoryBound, View } from '../term/stream-term.ts'
import type { Edge } from './edge.ts'
import type { RunningTime } from './running-time.ts'

interface Asker {
  readonly resolve: (item: unknown) => void
  readonly reject: (error: unknown) => void
}

/** What a view asks of its stage, and tells it. */
interface Hear {
  readonly onRead: () => void
  readonly onAsk: () => void
  /** A `next` was answered: whoever called it is about to go on. */
  readonly onAnswer: () => void
  readonly isHeld: () => boolean
  readonly time: Pick<RunningTime, 'ms' | 'beganAt'>
}

/** The items kept for looking back, and when each was read. */
export interface ViewSnapshot {
  readonly kept: readonly unknown[]
  readonly readAt: readonly number[]
}

/** Reads an edge item by item. */
export class EdgeView implements View<unknown> {
  readonly #edge: Edge
  readonly #history: HistoryBound
  readonly #clock: Clock
  readonly #onRead: () => void
  readonly #onAsk: () => void
  readonly #onAnswer: () => void
  readonly #isHeld: () => boolean
  readonly #time: Pick<RunningTime, 'ms' | 'beganAt'>
  /** Items read and kept, oldest first, and when each was read. */
  readonly #kept: unknown[] = []
  readonly #readAt: number[] = []
  #asker: Asker | undefined
  /** When it began to wait, in running time. */
  #askedAt = 0

  constructor(edge: Edge, history: HistoryBound, clock: Clock, hear: Hear, saved?: ViewSnapshot) {
    this.#edge = edge
    this.#history = history
    this.#clock = clock
    this.#onRead = hear.onRead
    this.#onAsk = hear.onAsk
    this.#onAnswer = hear.onAnswer
    this.#isHeld = hear.isHeld
    this.#time = hear.time
    this.#kept.push(...(saved?.kept ?? []))
    // the machine may have been started again since: then its clock was, too
    const now = clock.monotonic()
    this.#readAt.push(...(saved?.readAt ?? []).map((at) => Math.min(at, now)))
  }

  /** What it keeps for looking back, for a checkpoint. */
  save(): ViewSnapshot {
    return { kept: this.#kept, readAt: this.#readAt }
  }

  /** The edge it reads. */
  get edge(): Edge {
    return this.#edge
  }

  get name(): string {
    return this.#edge.input
  }

  /** Whether a `next` waits for an item. */
  get isAsked(): boolean {
    return this.#asker !== undefined
  }

  next(): Promise<unknown> {
    if (this.#asker !== undefined) {
      return Promise.reject(
        new WrongStateError(`Await each next() of view "${this.name}" before the one after it.`),
      )
    }
    const item = this.#isHeld() ? undefined : this.peek()
    if (item !== undefined) {
      this.#onAnswer()
      this.#read(item)
      return Promise.resolve(item)
    }
    if (this.ended && !this.#isHeld()) {
      this.#onAnswer()
      return Promise.resolve(undefined)
    }
    return new Promise((resolve, reject) => {
      this.#asker = { resolve, reject }
      this.#askedAt = this.#time.ms
      this.#onAsk()
    })
  }

  get waitedMs(): number {
    if (this.#asker === undefined) return 0
    return this.#time.ms - Math.max(this.#askedAt, this.#time.beganAt)
  }

  peek(): unknown {
    const batch: Batch | undefined = this.#edge.head
    return batch?.items[this.#edge.at]
  }

  at(index: number): unknown {
    const at = index < 0 ? this.#kept.length + index : index
    if (!Number.isInteger(at) || at < 0 || at >= this.#kept.length) {
      throw new RangeError(`View "${this.name}" keeps ${this.#kept.length} items; there is none at ${index}.`)
    }
    return this.#kept[at]
  }

  get length(): number {
    return this.#kept.length
  }

  get ended(): boolean {
    return this.#edge.isDrained || this.#edge.closed
  }

  async *[Symbol.asyncIterator](): AsyncIterator<unknown> {
    for (let item = await this.next(); item !== undefined; item = await this.next()) yield item
  }

  #read(item: unknown): void {
    this.#edge.consume(1)
    this.#onRead()
    this.#kept.push(item)
    const bound = this.#history
    if (bound === 'none' || 'items' in bound) this.#keep(bound === 'none' ? 1 : bound.items)
    else {
      const now = this.#clock.monotonic()
      this.#readAt.push(now)
      let old = 0
      while (old < this.#kept.length - 1 && (this.#readAt[old] as number) < now - bound.ms) old++
      this.#readAt.splice(0, old)
      this.#kept.splice(0, old)
    }
  }

  #keep(items: number): void {
    if (this.#kept.length > items) this.#kept.splice(0, this.#kept.length - items)
  }

  /** Gives a waiting `next` its item, or the end. */
  serve(): void {
    const asker = this.#asker
    if (asker === undefined) return
    const item = this.peek()
    if (item === undefined && !this.ended) return
    this.#asker = undefined
    this.#onAnswer()
    if (item !== undefined) this.#read(item)
    asker.resolve(item)
  }

  /** Lets a waiting `next` fail. */
  abandon(error: unknown): void {
    this.#asker?.reject(error)
    this.#asker = undefined
  }
}
