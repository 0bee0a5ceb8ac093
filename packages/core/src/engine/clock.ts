/**
 * The clocks of runs: the system's, for terms, and one for those who only watch. Called by `run`, by workers and by the
 * command. Durations are measured with `monotonic()`, never with `now()`: the wall clock is set now and then.
 */

import { performance } from 'node:perf_hooks'
import type { Clock } from '../contracts.ts'

/** Node's timers cannot wait longer: they would fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1

const OFFSET_MS = Number(process.hrtime.bigint() / 1000n) / 1000 - performance.now()

/** Milliseconds on the machine's monotonic clock: the same in all threads and processes, until the machine is started again. */
export function monotonicMs(): number {
  return performance.now() + OFFSET_MS
}

/** A reading of this thread's `performance.now()` on the machine's clock. */
export function machineMs(localMs: number): number {
  return localMs + OFFSET_MS
}

/** A moment on the machine's clock as a reading of this thread's `performance.now()`. */
export function localMs(machineMs: number): number {
  return machineMs - OFFSET_MS
}

/**
 * Calls `callback` once after `delayMs`, which may be longer than a timer of Node can wait. Returns how to cancel it.
 *
 * @param keepsAlive whether the process is to stay for it.
 */
export function longTimer(delayMs: number, callback: () => void, keepsAlive: boolean): () => void {
  let timer: NodeJS.Timeout
  const arm = (leftMs: number): void => {
    timer =
      leftMs <= MAX_TIMER_MS
        ? setTimeout(callback, leftMs)
        : setTimeout(() => arm(leftMs - MAX_TIMER_MS), MAX_TIMER_MS)
    if (!keepsAlive) timer.unref()
  }
  arm(delayMs)
  return () => clearTimeout(timer)
}

/** The system's clock. Its timers keep the process alive, since somebody waits for them. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: monotonicMs,
  after: (delayMs, callback) => longTimer(delayMs, callback, true),
}

/** As the system's, for who only watches: it keeps no process alive. */
export const watchClock: Clock = {
  now: () => Date.now(),
  monotonic: monotonicMs,
  after: (delayMs, callback) => longTimer(delayMs, callback, false),
}
