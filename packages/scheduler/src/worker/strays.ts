/**
 * Errors that a worker's functions leave behind: the reasons of promises that nobody waits for. They come up only once the
 * functions have returned, so before an answer goes out the event loop has a turn. Called where workers answer.
 *
 * An error that comes in the middle of a call ends the worker, as if the call had: see docs/failures.md.
 */

import { UncaughtError } from '@millrace/core'

/** Resolves, after a turn of the event loop, to what nobody has caught until then. */
export async function strayError(): Promise<UncaughtError | undefined> {
  let stray: UncaughtError | undefined
  const onUncaught = (error: unknown, origin: string): void => {
    stray ??= new UncaughtError(error, origin)
  }
  process.on('uncaughtException', onUncaught)
  try {
    await new Promise((resolve) => setImmediate(resolve))
    return stray
  } finally {
    process.off('uncaughtException', onUncaught)
  }
}
