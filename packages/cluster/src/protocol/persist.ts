/** Calls that are asked again until there is an answer. Only for calls that may be done twice. */

import type { Clock } from '@millrace/core'
import { OutcomeUnknownError } from '../errors.ts'

const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 1000

/**
 * The result of `call`, made again with longer and longer pauses while its outcome is unknown.
 *
 * @throws what `call` throws otherwise; the reason of `signal` once that aborts.
 */
export async function persist<Result>(
  clock: Clock,
  signal: AbortSignal,
  call: () => Promise<Result>,
): Promise<Result> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted()
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) throw error
    }
    await pause(clock, pauseMs, signal)
  }
}

/** Resolves after `ms`, or as soon as `signal` aborts. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(ms, done)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
