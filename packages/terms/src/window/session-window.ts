/** `sessionWindow`: windows that end where nothing came for a while. */

import type { KernelTerm } from '@millrace/core'
import { checkOptions } from '../check.ts'
import { checkMs, type GroupKey, type LatePolicy } from '../event-time/options.ts'
import type { TimeWindowOptions, WindowOutput } from './options.ts'
import { type SessionState, sessions } from './sessions.ts'
import { windowTerm } from './window-term.ts'
import type { WindowState } from './windower.ts'

/** Options of {@link sessionWindow}. */
export interface SessionWindowOptions<In, Key extends GroupKey | undefined, Value, Late extends LatePolicy>
  extends TimeWindowOptions<In, Key, Value, Late> {
  /** A session ends where the next item is this much later, in ms, or more. */
  readonly gapMs: number
}

/**
 * Gathers items that follow one another by less than `gapMs`, for each key by itself: the visits of each user. Flink's,
 * Beam's and Kafka's session windows; rxjs's `debounceTime` with a buffer, but in event time if `time` is given.
 *
 * A session begins with its first item and ends `gapMs` after its last; it is given when the watermark has reached its
 * end. An item that comes out of order may join two sessions: their aggregates are merged, the earlier one first.
 * Sessions leave in the order of their ends, of equal ones the earlier start first. Watermark and late items are as
 * for `tumblingWindow`. A late item within `allowedLatenessMs` may join sessions that were given: the new result
 * covers them all.
 *
 * With `idleMs`, an item is late if it joins no open session and the one that it would begin ends no later than the last one
 * given. One that falls into a session already given, and would last longer, is not late: without `allowedLatenessMs` it
 * begins a session of its own, which overlaps the one that was given.
 *
 * Stateful: an aggregate's state per open session, `maxOpen` of them at most. Holds nothing back; a full output parks
 * the term.
 *
 * @throws {InvalidOptionError} if an option is out of range; the run fails as that of `tumblingWindow` does.
 *
 * @example
 * ```ts
 * import { fromIterable, sessionWindow, toArray } from 'millrace/terms'
 *
 * const visits = sessionWindow({ gapMs: 30, time: (at: number) => at })
 * for (const visit of await toArray(fromIterable([0, 20, 45, 100, 110]).pipe(visits))) console.log(visit)
 * // { start: 0, end: 75, value: [ 0, 20, 45 ] }
 * // { start: 100, end: 140, value: [ 100, 110 ] }
 * ```
 */
export function sessionWindow<
  In,
  Key extends GroupKey | undefined = undefined,
  Value = In[],
  Late extends LatePolicy = 'fail',
>(
  options: SessionWindowOptions<In, Key, Value, Late>,
): KernelTerm<In, WindowOutput<In, Key, Value, Late>, WindowState<SessionState>> {
  checkOptions('sessionWindow', options, {
    gapMs: true,
    time: true,
    outOfOrderMs: true,
    allowedLatenessMs: true,
    late: true,
    idleMs: true,
    key: true,
    aggregate: true,
    maxOpen: true,
  })
  const { gapMs } = options
  checkMs('gapMs of sessionWindow()', gapMs, Number.MIN_VALUE)
  return windowTerm('sessionWindow', options, (shared) => sessions(gapMs, shared))
}
