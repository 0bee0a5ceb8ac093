/** `Pause`: a wait on the run's clock that can be ended early. Used by sources, which may be let go in mid-wait. */

import type { Clock } from '../contracts.ts'

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
    const dueAt = this.#clock.monotonic() + delayMs
    for (let left = delayMs; left > 0 && !this.#ended; left = dueAt - this.#clock.monotonic()) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve
        this.#cancel = this.#clock.after(left, resolve)
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
