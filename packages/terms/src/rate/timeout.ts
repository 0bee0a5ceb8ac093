/** `timeout`: fails when a stream falls silent. */

import { MillraceError, type StreamContext, type StreamTerm } from '@millrace/core'
import { checkMs, checkOptions } from '../check.ts'
import { type Arrivals, ReactiveTerm } from './arrivals.ts'

/** Options of {@link timeout}. */
export interface TimeoutOptions {
  /** How long the first item may take, in ms. Default: as long as the others. */
  readonly firstMs?: number
}

/**
 * Passes items, and fails the run if none comes for `ms` while the stream has not ended. rxjs's `timeout`, Pekko's
 * `idleTimeout` and `initialTimeout`.
 *
 * Time is the run's clock. It counts only while the term waits for an item, not while it waits for room. No state;
 * keeps the order.
 *
 * @throws {InvalidOptionError} if a duration is no finite number above 0. The run fails with a `TermError` whose `cause`
 * has the code `TIMED_OUT`.
 *
 * @example
 * ```ts
 * import { type MillraceError } from 'millrace'
 * import { fromReadable, timeout, toArray } from 'millrace/terms'
 * import { Readable } from 'node:stream'
 *
 * const silent = fromReadable<string>(() => new Readable({ objectMode: true, read() {} }))
 * await toArray(silent.pipe(timeout(5))).catch(({ cause }) => {
 *   console.log((cause as MillraceError).code) // TIMED_OUT
 * })
 * ```
 */
export function timeout<Item>(ms: number, options: TimeoutOptions = {}): StreamTerm<Item, Item> {
  checkOptions('timeout', options, { firstMs: true })
  const { firstMs = ms } = options
  checkMs('ms of timeout()', ms)
  checkMs('firstMs of timeout()', firstMs)
  return new Timeout(ms, firstMs)
}

class Timeout<Item> extends ReactiveTerm<Item, Item> {
  override name = 'timeout'
  readonly #ms: number
  readonly #firstMs: number

  constructor(ms: number, firstMs: number) {
    super()
    this.#ms = ms
    this.#firstMs = firstMs
  }

  protected override async react(arrivals: Arrivals<Item>, ctx: StreamContext<unknown, Item>): Promise<void> {
    let patience = this.#firstMs
    for (;;) {
      const arrival = await arrivals.next(ctx.clock.monotonic() + patience)
      if (arrival === 'end') return
      if (arrival === 'due') {
        throw new MillraceError(
          'TIMED_OUT',
          `timeout() has waited ${patience} ms for an item. Raise the time, or retry the source with retrySource().`,
        )
      }
      await ctx.emit(arrivals.take())
      patience = this.#ms
    }
  }
}
