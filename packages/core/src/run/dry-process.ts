/**
 * Finds runs that wait for something while nothing is left that could bring it: the process is about to end, and would do
 * so without a word. Called by `Run`.
 */

const listeners = new Set<() => void>()

/** Node has nothing left to wait for; what a run that fails does may give it something again. */
function onBeforeExit(): void {
  for (const listener of [...listeners]) listener()
}

/** Calls `listener` whenever the event loop has run dry. Returns how to stop that. */
export function onDry(listener: () => void): () => void {
  if (listeners.size === 0) process.on('beforeExit', onBeforeExit)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) process.off('beforeExit', onBeforeExit)
  }
}
