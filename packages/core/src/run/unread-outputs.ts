/**
 * Finds runs that wait for somebody to read an output while nothing is left that could: the process is about to end, and
 * would do so without a word. Called by `Run`.
 */

/** What is asked of a run. */
export interface Parked {
  /** The names of the outputs that hold items and are not read. */
  readonly unread: readonly string[]
  /** Ends the run: nothing can move any more. */
  failUnread(names: readonly string[]): void
}

const runs = new Set<Parked>()

/** Node has nothing left to wait for; what a run that fails does may give it something again. */
function onBeforeExit(): void {
  for (const run of runs) {
    const names = run.unread
    if (names.length > 0) run.failUnread(names)
  }
}

/** Looks after a run whose outputs are read. Returns how to stop, once it has ended. */
export function watchOutputs(run: Parked): () => void {
  if (runs.size === 0) process.on('beforeExit', onBeforeExit)
  runs.add(run)
  return () => {
    runs.delete(run)
    if (runs.size === 0) process.off('beforeExit', onBeforeExit)
  }
}
