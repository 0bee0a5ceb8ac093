/** `Retries`: how often, and how soon, a connection is tried again. Made by connectors, one for each connection. */

import { type Clock, InvalidOptionError, MillraceError } from '@millrace/core'
import { checkMs, checkOptions, checkWhole, Pause } from '@millrace/core/engine'
import { ConnectionLostError } from '../errors.ts'

/** How a connection that was lost, or not had, is tried again: exponential backoff. */
export interface ReconnectOptions {
  /** Failures in a row after which the run fails. Default 10. */
  readonly maxFailures?: number
  /** The wait after the first failure, in ms. Default 100. */
  readonly delayMs?: number
  /** By what each further failure in a row multiplies the wait. Default 2. */
  readonly factor?: number
  /** The longest wait, in ms. Default 10,000. */
  readonly maxDelayMs?: number
}

const DEFAULTS: Required<ReconnectOptions> = { maxFailures: 10, delayMs: 100, factor: 2, maxDelayMs: 10_000 }

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

/** Counts failures in a row and waits after each, on the run's clock. */
export class Retries {
  readonly #server: string
  readonly #options: Required<ReconnectOptions>
  readonly #explain: (error: unknown) => Error | undefined
  readonly #pause: Pause
  #failures = 0

  /**
   * @param server what messages call it, without credentials.
   * @param explain what an error is that no further try would mend; `undefined` for one that may pass.
   */
  constructor(
    server: string,
    options: Required<ReconnectOptions>,
    clock: Clock,
    explain: (error: unknown) => Error | undefined,
  ) {
    this.#server = server
    this.#options = options
    this.#explain = explain
    this.#pause = new Pause(clock)
  }

  /** Resolves when it is time for another try, after `atLeastMs` at the earliest. @throws what is to fail the run. */
  async after(error: unknown, atLeastMs = 0): Promise<void> {
    if (error instanceof MillraceError) throw error
    const fatal = this.#explain(error)
    if (fatal !== undefined) throw fatal
    const { maxFailures, delayMs, factor, maxDelayMs } = this.#options
    if (++this.#failures >= maxFailures) throw new ConnectionLostError(this.#server, this.#failures, error)
    const backoffMs = Math.min(delayMs * factor ** (this.#failures - 1), maxDelayMs)
    await this.#pause.until(Math.max(backoffMs, atLeastMs))
  }

  /** Something went well: the next failure is the first again. */
  succeeded(): void {
    this.#failures = 0
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
