/** `PollingSource`: what sources that look again and again have in common. Extended by `httpPoll` and the like. Internal. */

import { BatchSourceTerm, type Clock, type Context, InvalidOptionError, SourceTerm } from '@millrace/core'

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
export interface PollingRound {
  readonly polling: Polling
  /** Ends its sleeps, and resolves once what it holds is released. */
  letGo(): Promise<void>
}

/**
 * Begins to poll in a run. Sleeps end when the source is let go. Those of the context do not, where nobody needs more
 * items: their timer would outlive the run.
 */
export function beginPolling({ clock, signal: ended }: Context<unknown, never>): PollingRound {
  const end = new AbortController()
  const signal = AbortSignal.any([ended, end.signal])
  let release = (): Promise<void> => Promise.resolve()
  const onEnd = (f: () => Promise<void>): void => {
    release = f
  }
  return {
    polling: { clock, signal, sleep: (ms) => sleep(clock, signal, ms), onEnd },
    letGo() {
      end.abort()
      return release()
    },
  }
}

/** A source that waits between items. */
export abstract class PollingSource<out Out> extends SourceTerm<Out> {
  /** By the context of the run: the same term may be in several runs at once. */
  readonly #rounds = new WeakMap<object, PollingRound>()

  /** Yields items until it is let go. */
  protected abstract poll(polling: Polling): AsyncIterable<Out>

  override generate(ctx: Context<unknown, never>): Iterable<Out> | AsyncIterable<Out> {
    const round = beginPolling(ctx)
    this.#rounds.set(ctx, round)
    return this.poll(round.polling)
  }

  override async exit(ctx: Context<unknown, never>): Promise<void> {
    await this.#rounds.get(ctx)?.letGo()
  }
}

/** Items of a source that follows something, or none, and the place behind them: a structured-cloneable value. */
export interface Placed<Out> {
  readonly items: readonly Out[]
  readonly place: unknown
  /** Where to go on to get these items once more, if that is not the place behind those before. */
  readonly begin?: unknown
}

/** A source that waits between items and knows its place, so that a run goes on there from a checkpoint. */
export abstract class TailSource<out Out> extends BatchSourceTerm<Out> {
  override readonly live = true
  readonly #rounds = new WeakMap<object, PollingRound>()
  readonly #places = new WeakMap<readonly unknown[], Placed<unknown>>()

  /** Yields items until it is let go; `from` is where it is to go on, if not at the begin. */
  protected abstract poll(polling: Polling, from: unknown): AsyncIterable<Placed<Out>>

  override batches(ctx: Context<unknown, never>): AsyncIterable<readonly Out[]> {
    return this.seek(undefined, ctx)
  }

  override position(batch: readonly Out[]): unknown {
    return this.#places.get(batch)?.place
  }

  override begin(batch: readonly Out[]): unknown {
    return this.#places.get(batch)?.begin
  }

  override seek(position: unknown, ctx: Context<unknown, never>): AsyncIterable<readonly Out[]> {
    const round = beginPolling(ctx)
    this.#rounds.set(ctx, round)
    return this.#batches(this.poll(round.polling, position))
  }

  async *#batches(placed: AsyncIterable<Placed<Out>>): AsyncGenerator<readonly Out[], void, undefined> {
    for await (const each of placed) {
      this.#places.set(each.items, each)
      yield each.items
    }
  }

  override async exit(ctx: Context<unknown, never>): Promise<void> {
    await this.#rounds.get(ctx)?.letGo()
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
