/** `within`: waits for a promise, but not for ever. Called by stages for calls of async terms. */

import type { TimerWheel } from './timer-wheel.ts'

/** A time limit, and what to do when it has passed. */
export interface TimeLimit {
  readonly timers: TimerWheel
  readonly timeoutMs: number
  readonly onTimeout: () => void
}

/**
 * Calls one of the three, once: what the promise gives after that is ignored. Returns how to stop waiting for it
 * without any of them.
 */
export function within(
  promise: Promise<unknown>,
  limit: TimeLimit | undefined,
  onValue: (value: unknown) => void,
  onError: (error: unknown) => void,
): () => void {
  if (limit === undefined) {
    promise.then(onValue, onError)
    return () => {}
  }
  let isOver = false
  const end = (): boolean => {
    if (isOver) return false
    isOver = true
    cancel()
    return true
  }
  const cancel = limit.timers.after(limit.timeoutMs, () => {
    if (end()) limit.onTimeout()
  })
  promise.then(
    (value) => {
      if (end()) onValue(value)
    },
    (error: unknown) => {
      if (end()) onError(error)
    },
  )
  return () => void end()
}
