/** Times that a wall clock which is set does not disturb. Used by terms that go by the run's clock. Internal. */

import type { Clock } from '@millrace/core'

/**
 * Reads a time that begins at `from`, by default what the wall clock says now, and goes on with the monotonic clock. So it
 * looks like the wall clock's and neither jumps nor goes back.
 */
export function steadyTime(clock: Clock, from: number = clock.now()): () => number {
  const begun = clock.monotonic()
  return () => from + (clock.monotonic() - begun)
}

/** How far time has come, in a state that may move between threads and be resumed from a checkpoint. */
export interface PassedTime {
  /** The latest time seen. */
  latest: number
  /** What the monotonic clock said then; without it, `latest` is an event time. */
  clockAt?: number
}

/** Moves `latest` on by what has passed since the last call; not at all if the machine was started again in between. */
export function passTime(state: PassedTime, clock: Clock): void {
  const reading = clock.monotonic()
  const { clockAt } = state
  state.latest =
    clockAt === undefined ? Math.max(state.latest, reading) : state.latest + Math.max(0, reading - clockAt)
  state.clockAt = reading
}
