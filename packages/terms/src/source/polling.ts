/** `PollingSource`: what sources that look again and again have in common. Extended by `httpPoll` and the like. Internal. */

import { type Clock, type Context, InvalidOptionError, SourceTerm } from '@millrace/core'

/** Time between two looks, unless it is said otherwise. */
export const DEFAULT_POLL_MS = 1000

/** What one run of a polling source goes by. */
export interface Polling {
  readonly clock: Clock
  /** Aborts when the source is let go, for whatever reason. */
  readonly signal: AbortSignal
  /** Resolves after `ms` with true, or with false as soon as the source is let go. */
  sleep(ms: number): Promise<boolean>
  /** Calls `release` when the source is let go; the run does not end before that is done. */
  onEnd(release: () => Promise<void>): void
}

/** One run of a polling source. */
interface Round {
  readonly end: AbortController
  release: () => Promise<void>
}

/**
 * A source that waits between items.
 *
 * Its sleeps end when the source is let go. Those of the context do not, where nobody needs more items: their timer
 * would outlive the run.
 */
export abstract class PollingSource<out Out> extends SourceTerm<Out> {
  /** By the context of the run: the same term may be in several runs at once. */
  readonly #rounds = new WeakMap<object, Round>()

  /** Yields items until it is let go. */
  protected abstract poll(polling: Polling): AsyncIterable<Out>

  override generate(ctx: Context<unknown, never>): Iterable<Out> | AsyncIterable<Out> {
    const end = new AbortController()
    const round: Round = { end, release: () => Promise.resolve() }
    this.#rounds.set(ctx, round)
    const signal = AbortSignal.any([ctx.signal, end.signal])
    const { clock } = ctx
    return this.poll({
      clock,
      signal,
      sleep: (ms) => sleep(clock, signal, ms),
      onEnd: (release) => {
        round.release = release
      },
    })
  }

  override async exit(ctx: Context<unknown, never>): Promise<void> {
    const round = this.#rounds.get(ctx)
    round?.end.abort()
    await round?.release()
  }
}

function sleep(clock: Clock, signal: AbortSignal, ms: number): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false)
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', onAbort)
      resolve(true)
    })
    const onAbort = (): void => {
      cancel()
      resolve(false)
    }
    signal.addEventListener('abort', onAbort, { once: true })
  })
}

/** @throws {InvalidOptionError} if `value` is no time that a timer can wait. */
export function checkMilliseconds(option: string, value: unknown): void {
  if (!(typeof value === 'number' && value > 0 && Number.isFinite(value))) {
    throw new InvalidOptionError(option, value, 'a finite number of milliseconds above 0')
  }
}
