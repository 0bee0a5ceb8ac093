/** How long workers have to let go of what nobody waits for any more. Read by the crews. */

/**
 * A worker that is still in a batch so long after it was abandoned is in a function that never returns, or takes very
 * long: it is ended. Far longer than a batch takes, and short enough for a process to end within a second.
 */
export const ABANDONED_MS = 500
