/** `cron`: a source that goes by a timetable. */

import { type Context, InvalidOptionError, messageOf, SourceTerm } from '@millrace/core'
import type { Cron } from 'croner'
import { checkOptions } from '../check.ts'
import { croner } from '../libraries.ts'
import { Ticks } from './ticks.ts'

/** Options of {@link cron}. */
export interface CronOptions {
  /** The time zone that the timetable is in, such as `Europe/Berlin`. Default: the system's. */
  readonly timezone?: string
}

/**
 * A source of the times that a cron expression names, in ms since the epoch, each given when it has come. `0 9 * * 1-5`:
 * at nine on weekdays; with six fields the first is seconds. Parsed by croner, daylight saving time included.
 *
 * Time is the run's wall clock, looked at each minute in case it is set. Times that pass while the graph holds it back
 * are left out. A clock that is set back by up to three hours gives no time twice; one that is set back further begins
 * anew. It ends where the expression names no further time.
 *
 * @throws {InvalidOptionError} if croner does not understand the expression or the time zone.
 *
 * @example
 * ```ts
 * import { cron, take, toArray } from 'millrace/terms'
 *
 * const [time = 0] = await toArray(cron('* * * * * *').pipe(take(1))) // each second
 * console.log(time % 1000) // 0
 * ```
 */
export function cron(expression: string, options: CronOptions = {}): SourceTerm<number> {
  checkOptions('cron', options, { timezone: true })
  return new CronSource(parse(expression, options))
}

/** The wall clock may be set while the source waits: it is looked at this often. */
const LOOK_MS = 60_000
/** A clock that was set back further than this was corrected: its times count anew. As in Vixie cron. */
const CORRECTION_MS = 3 * 3_600_000

class CronSource extends SourceTerm<number> {
  override name = 'cron'
  override readonly live = true
  readonly #timetable: Cron

  constructor(timetable: Cron) {
    super()
    this.#timetable = timetable
  }

  override generate({ clock }: Context<unknown, never>): AsyncIterable<number> {
    const after = (time: number): number | undefined => this.#timetable.nextRun(new Date(time))?.getTime()
    let last = Number.NEGATIVE_INFINITY
    return new Ticks(clock, () => {
      // a time may be asked for within the ms in which the last one was given
      let now = clock.now()
      let due = after(now < last - CORRECTION_MS ? now : Math.max(now, last))
      if (due === undefined) return undefined
      return {
        leftMs: () => {
          const before = now
          now = clock.now()
          if (now < before - CORRECTION_MS) due = after(now)
          last = due ?? now
          return Math.min(last - now, LOOK_MS)
        },
        get item() {
          return last
        },
      }
    })
  }
}

/** Without a function croner only computes: it sets no timer. */
function parse(expression: string, { timezone }: CronOptions): Cron {
  if (typeof expression !== 'string') {
    throw new InvalidOptionError('The expression of cron()', expression, 'a text such as "0 9 * * 1-5"')
  }
  try {
    const { Cron } = croner()
    const timetable = new Cron(expression, timezone === undefined ? {} : { timezone })
    timetable.nextRun() // an unknown time zone shows only now
    return timetable
  } catch (error) {
    throw new InvalidOptionError(
      'The expression of cron()',
      expression,
      `one that croner understands (${messageOf(error)})`,
    )
  }
}
