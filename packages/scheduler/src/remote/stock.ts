/** `Stock`: items that a stage has taken in and not sent yet, in their order. Called by `RegionStage`. */

import { estimateBytes, type Window } from '@millrace/core/engine'

/** Estimated bytes held at most; the last window may exceed them. */
const MAX_BYTES = 256 * 1024

/** What was taken out of a stock. */
export interface Taken {
  readonly items: readonly unknown[]
  /** Source times of the items; `undefined` where nobody reads them. */
  readonly times: readonly number[] | undefined
}

/** Items in the order in which they were added. */
export class Stock {
  #items: unknown[] = []
  #times: number[] | undefined
  #bytes = 0

  get size(): number {
    return this.#items.length
  }

  /** Whether it holds so much that it should be sent. */
  get isFull(): boolean {
    return this.#bytes >= MAX_BYTES
  }

  /** Adds the items of a window. */
  add({ items, at, to, times }: Window): void {
    for (let i = at; i < to; i++) this.#items.push(items[i])
    if (times !== undefined) {
      this.#times ??= []
      for (let i = at; i < to; i++) this.#times.push(times[i] as number)
    }
    if (to > at) this.#bytes += (to - at) * estimateBytes(items[to - 1])
  }

  /** What it holds, for a checkpoint. */
  get held(): Taken {
    return { items: this.#items.slice(), times: this.#times?.slice() }
  }

  /** Holds what another held. */
  restore({ items, times }: Taken): void {
    this.add({ items, at: 0, to: items.length, times, tag: '' })
  }

  /** Takes out the first `count` items, or all that there are. */
  take(count: number): Taken {
    const [items, times] = [this.#items, this.#times]
    if (count >= items.length) {
      this.#items = []
      this.#times = undefined
      this.#bytes = 0
      return { items, times }
    }
    this.#bytes *= 1 - count / items.length
    this.#items = items.slice(count)
    this.#times = times?.slice(count)
    return { items: items.slice(0, count), times: times?.slice(0, count) }
  }
}
