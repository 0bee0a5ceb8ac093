/** `onAbort`: listens for the abort of a signal that may have any number of listeners. Called by runs and contexts. */

import { getMaxListeners, setMaxListeners } from 'node:events'

/**
 * Calls `listener` once when `signal` aborts. Returns how to stop listening. Makes room for each listener, and takes it back:
 * Node would otherwise warn of a leak where many runs, or many pauses of one term, share a signal.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  // no limit stays no limit
  const makesRoom = limitOf(signal) > 0
  if (makesRoom) setMaxListeners(getMaxListeners(signal) + 1, signal)
  signal.addEventListener('abort', listener, { once: true })
  return () => {
    signal.removeEventListener('abort', listener)
    if (makesRoom) setMaxListeners(Math.max(1, getMaxListeners(signal) - 1), signal)
  }
}

/** Node 20 throws where the limit was taken away (0) from a signal. */
function limitOf(signal: AbortSignal): number {
  try {
    return getMaxListeners(signal)
  } catch {
    return 0
  }
}
