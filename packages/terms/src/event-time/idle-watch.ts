/**
 * `IdleWatch`: tells when nothing has come for a while, on the run's clock. Used by terms in event time whose watermark must
 * not stand still while a stream is quiet. One timer at most, however many items come.
 */

import type { Clock } from '@millrace/core'

/** Watches one input. */
export class IdleWatch {
  readonly #clock: Clock
  readonly #idleMs: number
  readonly #onIdle: () => void
  #at = 0
  #cancel: (() => void) | undefined

  constructor(clock: Clock, idleMs: number, onIdle: () => void) {
    this.#clock = clock
    this.#idleMs = idleMs
    this.#onIdle = onIdle
  }

  /** Something has come, or is waited for from now on: it is idle if nothing follows for `idleMs`. */
  begin(): void {
    this.#at = this.#clock.monotonic()
    if (this.#cancel === undefined) this.#arm(this.#idleMs)
  }

  #arm(ms: number): void {
    this.#cancel = this.#clock.after(ms, () => {
      this.#cancel = undefined
      const leftMs = this.#at + this.#idleMs - this.#clock.monotonic()
      if (leftMs > 0) this.#arm(leftMs)
      else this.#onIdle()
    })
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
