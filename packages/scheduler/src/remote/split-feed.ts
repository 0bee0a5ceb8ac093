/**
 * `SplitFeed`: the splits of a source, one at a time, for a region whose workers open them. Called by `RegionStage`. It
 * asks for the next split only once the one before has been taken.
 */

type Splits = Iterable<unknown> | AsyncIterable<unknown>

/** Who is told of what the feed has. */
export interface FeedOwner {
  /** There is a split to take, or there are no more. */
  onReady(): void
  onFailed(error: unknown): void
}

/** Reads the splits of one source. */
export class SplitFeed {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>
  readonly #owner: FeedOwner
  /** The next split, read ahead. */
  #next: { readonly split: unknown } | undefined
  #isDone = false
  /** A promise of the next split is under way. */
  isBusy = false

  constructor(splits: Splits, owner: FeedOwner) {
    this.#iterator =
      Symbol.asyncIterator in splits ? splits[Symbol.asyncIterator]() : splits[Symbol.iterator]()
    this.#owner = owner
  }

  /** Whether there is a split to take now. */
  get hasNext(): boolean {
    if (this.#next === undefined && !this.#isDone && !this.isBusy) this.#pull()
    return this.#next !== undefined
  }

  /** Whether all splits have been taken. */
  get isDone(): boolean {
    return !this.hasNext && this.#isDone
  }

  /** The next split. Only where `hasNext`. */
  take(): unknown {
    const next = this.#next
    this.#next = undefined
    return next?.split
  }

  /** No further split is wanted. */
  close(): void {
    this.#next = undefined
    if (this.#isDone) return
    this.#isDone = true
    // a source that hangs in its clean-up must not keep the run: nothing waits for it
    Promise.resolve()
      .then(() => this.#iterator.return?.())
      .catch(() => undefined)
  }

  #pull(): void {
    try {
      const pulled = this.#iterator.next()
      if (!('then' in pulled)) this.#onPulled(pulled)
      else {
        this.isBusy = true
        pulled.then(
          (result) => {
            this.isBusy = false
            if (this.#isDone) return
            this.#onPulled(result)
            this.#owner.onReady()
          },
          (error: unknown) => {
            this.isBusy = false
            this.#fail(error)
          },
        )
      }
    } catch (error) {
      this.#fail(error)
    }
  }

  #onPulled({ done, value }: IteratorResult<unknown>): void {
    if (done === true) this.#isDone = true
    else this.#next = { split: value }
  }

  #fail(error: unknown): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#owner.onFailed(error)
  }
}
