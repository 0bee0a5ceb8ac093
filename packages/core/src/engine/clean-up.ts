/**
 * `CleanUp`: what a stage waits for when it lets go of its terms: the `return()` of iterators, then each `exit`. Made by
 * `Stage`, one for each, once the first of these takes time.
 *
 * The rule, the same under every strategy: clean-up is waited for, and a failure in it fails the run; but only up to a
 * limit, so that every run ends. An iterator that is let go while a `next` of it is under way may never get to its clean-up
 * (a live source that waits for something): it has a second to come out of that, and else counts for nothing. In a run that has failed or was cancelled it has no
 * time at all.
 */

import { CleanUpTimeoutError } from '../errors.ts'
import { promiseOf } from '../values/foreign.ts'
import { longTimer } from './clock.ts'

/** The limit where the run sets none. */
export const DEFAULT_CLEANUP_TIMEOUT_MS = 10_000
/** What an iterator has that is let go in the middle of a `next`. */
const IN_NEXT_MS = 1000

/** An iterator that was let go and is not done with it. */
interface LetGo {
  done: Promise<void>
  readonly toError: (error: unknown) => unknown
}

/** Waits for the clean-up of one stage. */
export class CleanUp {
  readonly #timeoutMs: number
  /** Aborted once the run has failed: no failure counts any more. */
  readonly #signal: AbortSignal
  #begun: number | undefined
  readonly #iterators = new Set<LetGo>()
  /** The first failure of an iterator that was let go. */
  #failure: { readonly error: unknown } | undefined

  constructor(timeoutMs: number | undefined, signal: AbortSignal) {
    this.#timeoutMs = timeoutMs ?? DEFAULT_CLEANUP_TIMEOUT_MS
    this.#signal = signal
  }

  /** An iterator was let go and failed in it. */
  onFailed(error: unknown): void {
    this.#failure ??= { error }
  }

  /**
   * Lets go of an iterator. What it throws, now or later, is kept for `settled`.
   *
   * @param next the `next` of it that is under way.
   */
  letGo(
    iterator: Iterator<unknown> | AsyncIterator<unknown> | undefined,
    next: PromiseLike<unknown> | undefined,
    toError: (error: unknown) => unknown = (error) => error,
  ): void {
    try {
      const returned = promiseOf(iterator?.return?.())
      if (returned === undefined) return
      const done = returned.then(
        () => undefined,
        (error: unknown) => this.onFailed(toError(error)),
      )
      if (next === undefined) this.#add(done, toError)
      else if (!this.#signal.aborted) this.#add(this.#afterNext(next, done), toError)
    } catch (error) {
      this.onFailed(toError(error))
    }
  }

  #add(done: Promise<void>, toError: LetGo['toError']): void {
    const letGo = { done, toError }
    this.#iterators.add(letGo)
    letGo.done = done.then(() => void this.#iterators.delete(letGo))
  }

  /** The clean-up of an iterator that was in a `next`; nothing, if it does not come out of that. */
  async #afterNext(next: PromiseLike<unknown>, done: Promise<void>): Promise<void> {
    const nothing = (): void => {}
    const moves = Promise.race([done, next.then(nothing, nothing)])
    if (await upTo(Math.min(IN_NEXT_MS, this.#timeoutMs / 2), moves)) await done
  }

  /** Resolves when all iterators that were let go are done. Rejects with the first failure, or after the limit. */
  async settled(): Promise<void> {
    const all = [...this.#iterators]
    try {
      if (all.length > 0)
        await this.within(Promise.all(all.map(({ done }) => done)), 'The return() of its iterator')
    } catch (error) {
      const [late] = this.#iterators
      this.onFailed(late === undefined ? error : late.toError(error))
    }
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** Waits for one piece of clean-up, and not longer than is left of the limit. @throws {CleanUpTimeoutError} */
  async within(piece: PromiseLike<unknown>, what: string): Promise<void> {
    this.#begun ??= performance.now()
    const left = Math.max(0, this.#begun + this.#timeoutMs - performance.now())
    if (!(await upTo(left, piece))) throw new CleanUpTimeoutError(what, this.#timeoutMs)
  }
}

/**
 * Resolves to whether it settled in time; rejects if it does so in time. The timer is not the run's: time may stand still
 * there. If the thread itself was held up, what was ready meanwhile comes first: timers go before the rest of a turn.
 */
function upTo(ms: number, piece: PromiseLike<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const cancel = longTimer(ms, () => void setImmediate(() => resolve(false)), true)
    piece.then(
      () => {
        cancel()
        resolve(true)
      },
      (error: unknown) => {
        cancel()
        reject(error)
      },
    )
  })
}
