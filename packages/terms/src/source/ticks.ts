/** `Ticks`: an async iterator that gives something at certain times. Used by `interval` and `cron`. */

import type { Clock } from '@millrace/core'
import { Pause } from '@millrace/core/engine'

/** The next thing to give, and when. */
export interface Tick<Item> {
  readonly item: Item
  /** How long to wait for it; asked again after each wait, until nothing is left. */
  leftMs(): number
}

/** One run's ticks. Not a generator, which could not be ended in the middle of a wait. */
export class Ticks<Item> implements AsyncIterableIterator<Item> {
  readonly #next: () => Tick<Item> | undefined
  readonly #pause: Pause
  #closed = false

  /** `next` is asked for a tick whenever there is room for one; `undefined` ends the stream. */
  constructor(clock: Clock, next: () => Tick<Item> | undefined) {
    this.#next = next
    this.#pause = new Pause(clock)
  }

  async next(): Promise<IteratorResult<Item>> {
    const tick = this.#closed ? undefined : this.#next()
    for (
      let left = tick?.leftMs() ?? 0;
      tick !== undefined && left > 0 && !this.#closed;
      left = tick.leftMs()
    ) {
      await this.#pause.until(left)
    }
    if (tick !== undefined && !this.#closed) return { done: false, value: tick.item }
    this.#closed = true
    return { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<Item>> {
    this.#closed = true
    this.#pause.end()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
