/**
 * `Slots`: how many tasks of a run may be under way at once. Its stages share them in the order in which they ask.
 * Called by `RemotePlacement`.
 */

import type { Stage } from '@millrace/core/engine'

/** Counts what is under way, and wakes who waits. */
export class Slots {
  readonly #limit: () => number
  #taken = 0
  /** Stages that wait for a slot, in the order in which they came. */
  readonly #queue = new Set<Stage>()

  /** @param limit asked each time, since workers come and go */
  constructor(limit: () => number) {
    this.#limit = limit
  }

  get #free(): number {
    return this.#limit() - this.#taken
  }

  /** Takes a slot; without one, the stage is woken when one is free. */
  take(stage: Stage): boolean {
    if (this.#free > 0) {
      this.#taken++
      this.#queue.delete(stage)
      return true
    }
    this.#queue.add(stage)
    return false
  }

  /** Takes a slot though none may be free. */
  force(): void {
    this.#taken++
  }

  give(): void {
    this.#taken--
    // several may be free at once, since there is one worker more
    let free = this.#free
    for (const stage of this.#queue) {
      if (free-- <= 0) return
      this.#queue.delete(stage)
      stage.wake()
    }
  }

  has(stage: Stage): boolean {
    return this.#queue.has(stage)
  }

  leave(stage: Stage): void {
    this.#queue.delete(stage)
  }
}
