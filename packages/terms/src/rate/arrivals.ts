/**
 * `Arrivals`: reads a view while something else may happen, too: a time comes, or somebody rouses the reader. Used by
 * the terms in `rate/`, `shape/` and `rx/`, through `ReactiveTerm`. It never reads more than one item ahead.
 */

import { CancelledError, type Clock, type StreamContext, StreamTerm, type View } from '@millrace/core'

/** What a reader needs of its term's context. */
export interface ArrivalsHost {
  readonly clock: Clock
  hold(): () => void
}

/** What happened first: `item` waits to be taken, the input ended, the time came, or `rouse` was called. */
export type Arrival = 'item' | 'end' | 'due' | 'roused'

/** The reader of one run. */
export class Arrivals<Item> {
  readonly #view: View<Item>
  readonly #clock: Clock
  readonly #host: ArrivalsHost
  #item: Item | undefined
  #asking = false
  #ended = false
  #roused = false
  #failure: { readonly error: unknown } | undefined
  #wake: (() => void) | undefined

  constructor(view: View<Item>, host: ArrivalsHost) {
    this.#view = view
    this.#host = host
    this.#clock = host.clock
  }

  /** Waits for the next thing to happen. `dueAt` is on the monotonic clock. A time that has come goes before an item; nothing is lost between calls. */
  async next(dueAt = Number.POSITIVE_INFINITY): Promise<Arrival> {
    return (await this.#first(dueAt, true)) as Arrival
  }

  /** Waits for `rouse` or a time, and leaves the view alone. */
  async rest(dueAt = Number.POSITIVE_INFINITY): Promise<'due' | 'roused'> {
    return (await this.#first(dueAt, false)) as 'due' | 'roused'
  }

  async #first(dueAt: number, reads: boolean): Promise<Arrival> {
    let cancel: (() => void) | undefined
    let release: (() => void) | undefined
    try {
      for (;;) {
        if (this.#failure !== undefined) throw this.#failure.error
        const now = this.#clock.monotonic()
        if (this.#roused) {
          this.#roused = false
          return 'roused'
        }
        if (dueAt <= now) return 'due'
        if (reads && this.#item !== undefined) return 'item'
        if (reads && this.#ended) return 'end'
        if (reads) this.#ask()
        if (dueAt !== Number.POSITIVE_INFINITY) {
          release ??= this.#host.hold()
          cancel ??= this.#clock.after(dueAt - now, () => {
            cancel = undefined
            this.#look()
          })
        }
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    } finally {
      cancel?.()
      release?.()
    }
  }

  /** The item that has arrived; call it once after `next` said `item`. */
  take(): Item {
    const item = this.#item as Item
    this.#item = undefined
    return item
  }

  /** Has `next` or `rest` resolve with `roused`, now or when it is called. */
  rouse(): void {
    this.#roused = true
    this.#look()
  }

  /** Ends what waits, with an error: the run is over. Idempotent. */
  close(): void {
    this.#failure ??= { error: new CancelledError(undefined) }
    this.#look()
  }

  #look(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  #ask(): void {
    if (this.#asking) return
    this.#asking = true
    this.#view.next().then(
      (item) => {
        this.#asking = false
        if (item === undefined) this.#ended = true
        else this.#item = item
        this.#look()
      },
      (error: unknown) => {
        this.#failure ??= { error }
        this.#look()
      },
    )
  }
}

/** A stream term that reads through {@link Arrivals}; whatever it waits for ends with the run. */
export abstract class ReactiveTerm<in In, out Out, State = unknown> extends StreamTerm<In, Out, State> {
  /** What is open, per run. By the signal, which is the same in `run` and `exit`; the contexts are not. */
  readonly #open = new WeakMap<AbortSignal, { close(): void }>()

  /** Handles what arrives, until it has had enough. */
  protected abstract react(arrivals: Arrivals<In>, ctx: StreamContext<State, Out>): Promise<void>

  override async run(view: View<In>, ctx: StreamContext<State, Out>): Promise<void> {
    const arrivals = new Arrivals(view, ctx)
    this.#open.set(ctx.signal, arrivals)
    try {
      await this.react(arrivals, ctx)
    } finally {
      arrivals.close()
    }
  }

  // a run can be over while the term waits for nothing that core knows of: its readers had enough
  override exit(ctx: { readonly signal: AbortSignal }): void {
    this.#open.get(ctx.signal)?.close()
  }
}
