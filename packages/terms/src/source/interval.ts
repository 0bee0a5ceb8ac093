/** `interval`: a source that counts with the clock. */

import { type Context, InvalidOptionError, SourceTerm } from '@millrace/core'
import { checkMs, checkOptions } from '../check.ts'
import { Ticks } from './ticks.ts'

/** Options of {@link interval}. */
export interface IntervalOptions {
  /** What happens to ticks that nobody had room for: left out, or given late, all of them. Default `skip`. */
  readonly missed?: 'skip' | 'catchUp'
}

/**
 * A source of 0, 1, 2, … at `ms`, `2 * ms`, … after the run's begin. rxjs's `interval`, Pekko's `tick`.
 *
 * The times are on the run's clock, and on a grid: a late tick does not delay those after it. While the graph holds it
 * back, ticks are missed; with `skip` their numbers do not come, with `catchUp` they come as soon as there is room. It
 * never ends by itself: stop the run, or put a `take` behind it.
 *
 * @throws {InvalidOptionError} if `ms` is no finite number above 0 or `missed` is unknown.
 *
 * @example
 * ```ts
 * import { interval, take, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(interval(1, { missed: 'catchUp' }).pipe(take(3)))) // [ 0, 1, 2 ]
 * ```
 */
export function interval(ms: number, options: IntervalOptions = {}): SourceTerm<number> {
  checkOptions('interval', options, { missed: true })
  const { missed = 'skip' } = options
  checkMs('ms of interval()', ms)
  if (missed !== 'skip' && missed !== 'catchUp') {
    throw new InvalidOptionError('missed of interval()', missed, '"skip" or "catchUp"')
  }
  return new Interval(ms, missed === 'skip')
}

class Interval extends SourceTerm<number> {
  override name = 'interval'
  /** What was missed is left out: which numbers come depends on how busy the machine is. */
  override readonly live: boolean
  readonly #ms: number
  readonly #skips: boolean

  constructor(ms: number, skips: boolean) {
    super()
    this.#ms = ms
    this.#skips = skips
    this.live = skips
  }

  override generate({ clock }: Context<unknown, never>): AsyncIterable<number> {
    const ms = this.#ms
    const startedAt = clock.monotonic()
    let item = 0
    return new Ticks(clock, () => {
      if (this.#skips) item = Math.max(item, Math.ceil((clock.monotonic() - startedAt) / ms) - 1)
      const dueAt = startedAt + (item + 1) * ms
      return { item: item++, leftMs: () => dueAt - clock.monotonic() }
    })
  }
}
