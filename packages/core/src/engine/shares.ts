/** What a stage did with the run's time, as shares. Called by `Stage.stats`. */

import type { StageStats } from '../contracts.ts'

/** Shares of a time span; they add up to 1. Where work and a full edge overlap, it counts as work. */
export function sharesOf(
  busyMs: number,
  blockedMs: number,
  elapsedMs: number,
): Pick<StageStats, 'busyShare' | 'backpressuredShare' | 'idleShare'> {
  if (!(elapsedMs > 0)) return { busyShare: 0, backpressuredShare: 0, idleShare: 1 }
  const busyShare = Math.min(1, busyMs / elapsedMs)
  const backpressuredShare = Math.min(1 - busyShare, blockedMs / elapsedMs)
  return { busyShare, backpressuredShare, idleShare: Math.max(0, 1 - busyShare - backpressuredShare) }
}
