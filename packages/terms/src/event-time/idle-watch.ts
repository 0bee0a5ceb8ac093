/**
 * `IdleWatch`: has terms in event time look whether an input is quiet, so that their watermark does not stand still while it
 * is. One timer at most, however many items come: it is left as it is until it fires.
 */

import type { StreamContext, View } from '@millrace/core'

/** A timer that is set again only if it would fire too late. */
export class IdleWatch {
  readonly #ctx: Pick<StreamContext, 'after' | 'clock'>
  readonly #look: () => void
  #due = Number.POSITIVE_INFINITY
  #cancel: () => void = () => {}

  constructor(ctx: Pick<StreamContext, 'after' | 'clock'>, look: () => void) {
    this.#ctx = ctx
    this.#look = look
  }

  /** Looks `ms` from now, or sooner if it was about to. */
  lookIn(ms: number): void {
    const due = this.#ctx.clock.monotonic() + ms
    if (due >= this.#due) return
    this.#cancel()
    this.#due = due
    this.#cancel = this.#ctx.after(ms, () => {
      this.#due = Number.POSITIVE_INFINITY
      this.#look()
    })
  }

  /** Looks no more. */
  end(): void {
    this.#cancel()
    this.#due = Number.POSITIVE_INFINITY
  }
}

/** Ms until an input that nothing comes from counts as idle; 0 or less if it does. What lies on its edge has come. */
export function leftMs(view: View<unknown>, idleMs: number): number {
  return view.peek() === undefined ? idleMs - view.waitedMs : idleMs
}
