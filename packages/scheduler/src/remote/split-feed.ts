/**
 * `SplitFeed`: the splits of a source, in order, for a region whose workers open them. Called by `RegionStage`. It knows
 * a few splits ahead, and asks for more only as they are taken.
 */

import type { CleanUp } from '@millrace/core/engine'

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
  readonly #ahead: number
  /** The next splits, read ahead. */
  #known: unknown[] = []
  #isDone = false
  /** The `next` that is under way. */
  #asking: PromiseLike<unknown> | undefined

  /** @param ahead splits to know of before they are taken */
  constructor(splits: Splits, owner: FeedOwner, ahead: number) {
    this.#ahead = ahead
    this.#iterator =
      Symbol.asyncIterator in splits ? splits[Symbol.asyncIterator]() : splits[Symbol.iterator]()
    this.#owner = owner
  }

  /** Whether a promise of the next split is under way. */
  get isBusy(): boolean {
    return this.#asking !== undefined
  }

  /** How many splits could be taken now. */
  get known(): number {
    while (this.#known.length < this.#ahead && !this.#isDone && !this.isBusy) this.#pull()
    return this.#known.length
  }

  /** Whether all splits have been taken. */
  get isDone(): boolean {
    return this.known === 0 && this.#isDone
  }

  /** The one that was taken last. */
  last: unknown

  /** The next splits, `count` of the known ones. */
  take(count: number): unknown[] {
    const taken = this.#known.splice(0, count)
    this.last = taken.at(-1) ?? this.last
    return taken
  }

  /** No further split is wanted: lets go of the source's iterator. */
  close(cleanUp: CleanUp, toError: (error: unknown) => unknown): void {
    this.#known = []
    if (this.#isDone) return
    this.#isDone = true
    cleanUp.letGo(this.#iterator, this.#asking, toError)
  }

  #pull(): void {
    try {
      const pulled = this.#iterator.next()
      if (!('then' in pulled)) this.#onPulled(pulled)
      else {
        this.#asking = pulled
        pulled.then(
          (result) => {
            this.#asking = undefined
            if (this.#isDone) return
            this.#onPulled(result)
            this.#owner.onReady()
          },
          (error: unknown) => {
            this.#asking = undefined
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
    else this.#known.push(value)
  }

  #fail(error: unknown): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#owner.onFailed(error)
  }
}
