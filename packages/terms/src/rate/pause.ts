/** `Pause`: a wait on the run's clock that can be ended early. Used by sources, which may be let go in mid-wait. */

import type { Clock } from '@millrace/core'
import { MAX_TIMER_MS } from './arrivals.ts'

/** One wait at a time. */
export class Pause {
  readonly #clock: Clock
  #cancel: (() => void) | undefined
  #resolve: (() => void) | undefined
  #ended = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves after `delayMs`, or when `end` is called. */
  async until(delayMs: number): Promise<void> {
    const dueAt = this.#clock.now() + delayMs
    for (let left = delayMs; left > 0 && !this.#ended; left = dueAt - this.#clock.now()) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve
        this.#cancel = this.#clock.after(Math.min(left, MAX_TIMER_MS), resolve)
      })
    }
  }

  /** Ends the wait under way, and all that follow. */
  end(): void {
    this.#ended = true
    this.#cancel?.()
    this.#resolve?.()
  }
}
