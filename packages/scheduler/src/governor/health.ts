/** Says how well off somebody is for threads. Called by the governor for the process, by placements for a run. */

import type { Health, HealthLevel } from '@millrace/core'

/** What is known of somebody's threads. */
export interface ThreadCounts {
  /** Threads that there should be. */
  readonly wanted: number
  /** Threads that there are. */
  readonly had: number
  /** Tasks that threads have done. */
  readonly activations: number
  readonly denied: number
  readonly refused: number
  readonly lost: number
  /** See `Health`. */
  readonly memoryShare?: number | undefined
}

/** Shares of errors among the activations, above which health is yellow and red. */
const YELLOW_SHARE = 0.01
const RED_SHARE = 0.1
/** Before so many activations an error counts as if there had been as many: the first is no catastrophe. */
const LEAST_ACTIVATIONS = 100

/** Health by these counts. */
export function healthOf(counts: ThreadCounts): Health {
  const { wanted, had, activations, denied, refused, lost, memoryShare } = counts
  const missing = Math.max(0, wanted - had)
  const share = (refused + lost) / Math.max(activations, LEAST_ACTIVATIONS)
  let level: HealthLevel = 'green'
  if ((missing > 0 && had === 0) || share > RED_SHARE) level = 'red'
  else if (missing > 0 || share > YELLOW_SHARE || memoryShare !== undefined) level = 'yellow'
  return { level, missing, denied, refused, lost, ...(memoryShare === undefined ? {} : { memoryShare }) }
}
