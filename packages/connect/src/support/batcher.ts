/**
 * `Batcher`: gathers the items of a sink and writes them batch by batch, in order, one batch at a time. Made by sinks, one
 * for each run.
 */

import { type Clock, InvalidOptionError } from '@millrace/core'
import { checkMs, checkWhole } from '@millrace/core/engine'

/** How a sink gathers items. */
export interface BatchOptions {
  /** Items in one batch at most. */
  readonly batchItems?: number
  /** For how many ms of the run's clock the first item of a batch waits for further ones, at most. */
  readonly batchMs?: number
}

const DEFAULT_ITEMS = 500
const DEFAULT_MS = 200

/** The options with their defaults: 500 items, 200 ms. @throws {InvalidOptionError} for one that is out of range. */
export function batchingOf(owner: string, { batchItems, batchMs }: BatchOptions): Required<BatchOptions> {
  const all = { batchItems: batchItems ?? DEFAULT_ITEMS, batchMs: batchMs ?? DEFAULT_MS }
  checkWhole(`batchItems of ${owner}()`, all.batchItems, 1)
  if (all.batchItems > 1_000_000) {
    throw new InvalidOptionError(`batchItems of ${owner}()`, all.batchItems, 'at most 1,000,000')
  }
  checkMs(`batchMs of ${owner}()`, all.batchMs)
  return all
}

/** Holds one batch that is being written and one that is being gathered; then its caller is to wait. */
export class Batcher<Item> {
  readonly #options: Required<BatchOptions>
  readonly #clock: Clock
  readonly #write: (batch: readonly Item[]) => Promise<void>
  #batch: Item[] = []
  #writing: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined
  #cancelTimer: (() => void) | undefined
  #isOver = false

  /** @param write resolves once the batch is safe where it belongs; it may try several times. */
  constructor(
    options: Required<BatchOptions>,
    clock: Clock,
    write: (batch: readonly Item[]) => Promise<void>,
  ) {
    this.#options = options
    this.#clock = clock
    this.#write = write
  }

  /** Takes an item; a promise if it is to wait until a batch is written. Throws what a batch before failed with. */
  add(item: Item): void | Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error
    this.#batch.push(item)
    if (this.#batch.length >= this.#options.batchItems) return this.#next()
    this.#cancelTimer ??= this.#clock.after(this.#options.batchMs, () => {
      this.#cancelTimer = undefined
      // what it fails with is told with the next item, or at the end
      this.flush().catch(() => undefined)
    })
  }

  /** Resolves once all that was added before is written. Rejects with what failed. */
  async flush(): Promise<void> {
    if (this.#batch.length > 0) await this.#next()
    await this.#writing
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** Waits for the batch before, then begins to write this one; a full one is not written alongside another. */
  async #next(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
    if (this.#failure !== undefined) throw this.#failure.error
    if (this.#batch.length === 0 || this.#isOver) return
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    const batch = this.#batch
    this.#batch = []
    this.#writing = this.#write(batch).then(
      () => {
        this.#writing = undefined
      },
      (error: unknown) => {
        this.#writing = undefined
        this.#failure ??= { error }
      },
    )
  }

  /** Lets go: what is gathered and not written is forgotten. Resolves when nothing is being written. Never fails. */
  async end(): Promise<void> {
    this.#isOver = true
    this.#cancelTimer?.()
    this.#batch = []
    await this.#writing
  }
}
