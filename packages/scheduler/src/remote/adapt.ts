/**
 * How many workers there should be, by what was measured: additive increase, multiplicative decrease. Called by
 * `SharedCrew` with `adaptive: true`.
 *
 * Backlog and utilisation are looked at together. Either alone misleads: workers may all be busy and nothing wait for
 * them, or tasks may have waited a moment while workers were free.
 */

import type { LoadSample } from './load.ts'

/** Between what the number may move. */
export interface WorkerBounds {
  readonly min: number
  readonly max: number
}

/** Something waits if half a task did on the mean. */
const BACKLOG = 0.5
/** Workers that were busy so much of the time are fully used. */
const FULL = 0.8
/** Workers that were busy no more than that are too many. */
const SLACK = 0.5
const DECREASE = 0.75

/** The next number of workers. At least 1: with none there is nothing to measure. */
export function adaptedWorkers(
  workers: number,
  { backlog, utilisation }: LoadSample,
  { min, max }: WorkerBounds,
): number {
  const within = (wanted: number): number => Math.min(max, Math.max(1, min, wanted))
  if (backlog >= BACKLOG && utilisation >= FULL) return within(workers + 1)
  if (backlog < BACKLOG && utilisation < SLACK) return within(Math.floor(workers * DECREASE))
  return within(workers)
}
