/** What a stage did with the run's time, and each as a share. Called by `Stage.stats`. */

import type { StageStats, StageTime } from '../stats.ts'
import type { BookedTime } from './stage-clock.ts'

type Shares = StageTime & Pick<StageStats, 'busyShare' | 'waitingShare' | 'backpressuredShare' | 'idleShare'>

/**
 * Times and shares of a time span; either add up to the whole. Figures of a worker may be ahead of the caller's clock:
 * what is too much is cut, work last.
 */
export function sharesOf(booked: BookedTime, elapsedMs: number): Shares {
  if (!(elapsedMs > 0)) {
    const times = { busyMs: 0, waitingMs: 0, awaitedMs: 0, backpressuredMs: 0, idleMs: 0 }
    return { ...times, busyShare: 0, waitingShare: 0, backpressuredShare: 0, idleShare: 1 }
  }
  let left = elapsedMs
  const take = (ms: number): number => {
    const taken = Math.min(ms, left)
    left -= taken
    return taken
  }
  const busyMs = take(booked.busyMs)
  const backpressuredMs = take(booked.backpressuredMs)
  const waitingMs = take(booked.waitingMs)
  return {
    busyMs,
    waitingMs,
    awaitedMs: Math.min(booked.awaitedMs, waitingMs),
    backpressuredMs,
    idleMs: left,
    busyShare: busyMs / elapsedMs,
    waitingShare: waitingMs / elapsedMs,
    backpressuredShare: backpressuredMs / elapsedMs,
    idleShare: left / elapsedMs,
  }
}
