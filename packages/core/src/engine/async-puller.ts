/**
 * Reads an async iterator ahead of a stage, as far as the stage allows. Called by `FusedStage` for sources.
 *
 * Items that the iterator has ready are handed over together: up to where it waits for something, which is when all
 * microtasks are done. An item that comes alone is not held back. Reactive Streams' rules hold: one `next` at a time,
 * none after the end.
 */

import { awaited } from '../values/foreign.ts'
import type { CleanUp } from './clean-up.ts'
import { unfit } from './unfit.ts'

/** What the puller reports to. */
export interface PullerHost {
  /** How many items the stage would take now; 0 stops reading ahead. */
  demand(): number
  /** Something was gathered, or the end was reached. */
  onPulled(): void
  onPullFailed(error: unknown): void
}

/** Gathers what an async iterator yields. */
export class AsyncPuller {
  readonly #iterator: AsyncIterator<unknown>
  readonly #host: PullerHost
  #gathered: unknown[] = []
  #asking: PromiseLike<unknown> | undefined
  #isAnnounced = false
  #closed = false
  /** Why the iterator failed, while what it gave before has not been taken. */
  #failure: { readonly error: unknown } | undefined
  /** The iterator has ended; what was gathered can still be taken. */
  isEnded = false

  constructor(iterator: AsyncIterator<unknown>, host: PullerHost) {
    this.#iterator = iterator
    this.#host = host
  }

  /** A `next` is under way, or what was gathered is about to be announced. */
  get isBusy(): boolean {
    return this.#asking !== undefined || this.#isAnnounced
  }

  /** Asks for the next item unless one is asked for already, or the stage wants none. */
  pull(): void {
    if (
      this.#asking !== undefined ||
      this.#closed ||
      this.isEnded ||
      this.#gathered.length >= this.#host.demand()
    )
      return
    let result: Promise<unknown>
    try {
      result = awaited(this.#iterator.next())
    } catch (error) {
      this.#fail(error)
      return
    }
    this.#asking = result
    result.then(
      (step) => this.#onNext(step as IteratorResult<unknown>),
      (error: unknown) => this.#fail(error),
    )
  }

  #onNext(step: IteratorResult<unknown>): void {
    if (typeof step !== 'object' || step === null) {
      this.#fail(unfit.step(step))
      return
    }
    this.#asking = undefined
    if (this.#closed) return
    if (step.done === true) {
      this.isEnded = true
      this.#announce()
      return
    }
    this.#gathered.push(step.value)
    if (this.#gathered.length >= this.#host.demand()) this.#announce()
    else {
      if (!this.#isAnnounced) {
        this.#isAnnounced = true
        process.nextTick(() => {
          if (this.#isAnnounced) this.#announce()
        })
      }
      this.pull()
    }
  }

  #announce(): void {
    this.#isAnnounced = false
    if (!this.#closed) this.#host.onPulled()
  }

  #fail(error: unknown): void {
    this.#asking = undefined
    this.isEnded = true
    if (this.#closed) return
    if (this.#gathered.length === 0) this.#host.onPullFailed(error)
    else {
      // what came before the failure goes on before it
      this.#failure = { error }
      this.#announce()
    }
  }

  /** Everything gathered so far; `undefined` if there is nothing. Goes on reading. @throws what the iterator failed with. */
  take(): unknown[] | undefined {
    if (this.#gathered.length === 0) {
      const failure = this.#failure
      this.#failure = undefined
      if (failure !== undefined) throw failure.error
      this.pull()
      return undefined
    }
    const gathered = this.#gathered
    this.#gathered = []
    this.pull()
    return gathered
  }

  /** Lets the iterator go. How a `next` that is under way ends counts for nothing. */
  close(cleanUp: CleanUp): void {
    if (this.#closed) return
    this.#closed = true
    if (!this.isEnded) cleanUp.letGo(this.#iterator, this.#asking)
  }
}
