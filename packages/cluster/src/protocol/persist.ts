/** Calls that are asked again until there is an answer. Only for calls that may be done twice. */

import { type Clock, messageOf } from '@millrace/core'
import { NoClusterError, OutcomeUnknownError } from '../errors.ts'

const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 1000
/** Where somebody waits for the answer, and a server is to be restarted meanwhile, this is long enough. */
export const PATIENCE_MS = 30_000

/**
 * The result of `call`, made again with longer and longer pauses while its outcome is unknown, for up to `patienceMs`.
 *
 * @throws what `call` throws otherwise; the reason of `signal` once that aborts.
 * @throws {NoClusterError} if there is no answer within `patienceMs`.
 */
export async function persist<Result>(
  clock: Clock,
  signal: AbortSignal,
  call: () => Promise<Result>,
  patienceMs = Number.POSITIVE_INFINITY,
): Promise<Result> {
  const begun = clock.monotonic()
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted()
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) throw error
      if (clock.monotonic() - begun >= patienceMs) {
        const why = messageOf(error.cause ?? error)
        throw new NoClusterError(`The servers have not answered for ${patienceMs / 1000} s: ${why}`, error)
      }
    }
    await pause(clock, pauseMs, signal)
  }
}

/** As `persist`, for up to half a minute: where a command or a host waits for the answer before it can go on. */
export function patiently<Result>(
  clock: Clock,
  call: () => Promise<Result>,
  signal: AbortSignal = NEVER,
): Promise<Result> {
  return persist(clock, signal, call, PATIENCE_MS)
}

const NEVER = new AbortController().signal

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
