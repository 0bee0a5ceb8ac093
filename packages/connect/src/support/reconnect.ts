/** `Retries`: how often, and how soon, a connection is tried again. Made by connectors, one for each connection. */

import { type Clock, InvalidOptionError, MillraceError } from '@millrace/core'
import { checkMs, checkOptions, checkWhole, Pause, pauseMs } from '@millrace/core/engine'
import { ConnectionLostError } from '../errors.ts'

/**
 * How a connection that was lost, or not had, is tried again: exponential backoff. Up to half of each wait is left to chance,
 * so that many clients of a server that comes back do not come at once.
 */
export interface ReconnectOptions {
  /** Failures in a row after which the run fails. Default 10. */
  readonly maxFailures?: number
  /** The wait after the first failure, in ms, at most. Default 100. */
  readonly delayMs?: number
  /** By what each further failure in a row multiplies the wait. Default 2. */
  readonly factor?: number
  /** The longest wait, in ms. Default 10,000. */
  readonly maxDelayMs?: number
}

const DEFAULTS: Required<ReconnectOptions> = { maxFailures: 10, delayMs: 100, factor: 2, maxDelayMs: 10_000 }

/** Share of a wait that is left to chance. */
const JITTER = 0.5
/**
 * A connection that held for so long, in ms, was a good one, even if nothing came. Longer than any server is waited for: one
 * that takes connections and never answers is no success.
 */
const HELD_MS = 60_000

/** The options with their defaults. @throws {InvalidOptionError} for one that is out of range. */
export function reconnectOf(
  owner: string,
  options: ReconnectOptions | undefined,
): Required<ReconnectOptions> {
  const given = options ?? {}
  checkOptions(`reconnect of ${owner}`, given, {
    maxFailures: true,
    delayMs: true,
    factor: true,
    maxDelayMs: true,
  })
  const all = { ...DEFAULTS, ...given }
  checkWhole(`reconnect.maxFailures of ${owner}()`, all.maxFailures, 1)
  checkMs(`reconnect.delayMs of ${owner}()`, all.delayMs)
  checkMs(`reconnect.maxDelayMs of ${owner}()`, all.maxDelayMs)
  if (!(Number.isFinite(all.factor) && all.factor >= 1)) {
    throw new InvalidOptionError(`reconnect.factor of ${owner}()`, all.factor, 'a finite number, at least 1')
  }
  return all
}

/** What an error means, if that is known. */
export type Explain = (error: unknown, hasLasted: boolean) => Error | undefined

/** Counts failures in a row and waits after each, on the run's clock. */
export class Retries {
  readonly #server: string
  readonly #options: Required<ReconnectOptions>
  readonly #explain: Explain
  readonly #clock: Clock
  readonly #pause: Pause
  readonly #random: () => number
  #failures = 0
  #connectedAt: number | undefined

  /**
   * @param server what messages call it, without credentials.
   * @param explain what an error is that no further try would mend; `undefined` for one that may pass. If it came at each
   * try, it is asked once more with `hasLasted`: the server may have been there, and refused.
   * @param random chance, from 0 to 1.
   */
  constructor(
    server: string,
    options: Required<ReconnectOptions>,
    clock: Clock,
    explain: Explain,
    random: () => number = Math.random,
  ) {
    this.#server = server
    this.#options = options
    this.#explain = explain
    this.#clock = clock
    this.#pause = new Pause(clock)
    this.#random = random
  }

  /** Resolves when it is time for another try, after `atLeastMs` at the earliest. @throws what is to fail the run. */
  async after(error: unknown, atLeastMs = 0): Promise<void> {
    if (error instanceof MillraceError) throw error
    const fatal = this.#explain(error, false)
    if (fatal !== undefined) throw fatal
    if (this.#hasHeld()) this.#failures = 0
    if (++this.#failures >= this.#options.maxFailures) {
      throw this.#explain(error, true) ?? new ConnectionLostError(this.#server, this.#failures, error)
    }
    const backoffMs = pauseMs({ attempts: 0, jitter: JITTER, ...this.#options }, this.#failures, this.#random)
    await this.#pause.until(Math.max(backoffMs, atLeastMs))
  }

  /** Something went well: the next failure is the first again. */
  succeeded(): void {
    this.#failures = 0
  }

  /** A connection was made: if it holds for a while, the failure after it is the first again. */
  connected(): void {
    this.#connectedAt = this.#clock.monotonic()
  }

  #hasHeld(): boolean {
    const since = this.#connectedAt
    this.#connectedAt = undefined
    return since !== undefined && this.#clock.monotonic() - since >= HELD_MS
  }

  /** Calls until it goes well. `isOver` says that nobody needs it any more: then the last error is thrown. */
  async call<T>(attempt: () => Promise<T>, isOver: () => boolean = () => false): Promise<T> {
    for (;;) {
      try {
        const value = await attempt()
        this.succeeded()
        return value
      } catch (error) {
        if (isOver()) throw error
        await this.after(error)
        if (isOver()) throw error
      }
    }
  }

  /** Ends the wait under way, and all that follow: the run lets go. */
  end(): void {
    this.#pause.end()
  }
}
