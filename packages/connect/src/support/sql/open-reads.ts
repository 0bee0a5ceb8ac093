/** `OpenReads`: what the runs of one source are reading at the moment, so that it can be broken off. One for each source. */

import type { Context } from '@millrace/core'
import { onAbort } from '@millrace/core/engine'

/** One reading. */
export interface OpenRead {
  /** Is aborted when the reading is over: what is open lets go at once, whatever it is doing. */
  readonly over: AbortSignal
  /** What was read is enough. */
  end(): void
}

/** Readings by run: a run may have several, of ranges. */
export class OpenReads {
  readonly #open = new WeakMap<object, Set<OpenRead>>()

  /** Called before the first wait: a run may be cancelled in the middle of its connecting. */
  begin(ctx: Pick<Context<unknown, never>, 'signal'>): OpenRead {
    const controller = new AbortController()
    const reads = this.#open.get(ctx) ?? new Set()
    this.#open.set(ctx, reads)
    const end = (): void => {
      stopListening()
      reads.delete(read)
      controller.abort()
    }
    const stopListening = onAbort(ctx.signal, end)
    const read: OpenRead = { over: controller.signal, end }
    reads.add(read)
    if (ctx.signal.aborted) end()
    return read
  }

  /** All that a run reads is over. */
  end(ctx: object): void {
    for (const read of [...(this.#open.get(ctx) ?? [])]) read.end()
  }
}
