/**
 * What happens when the reader of our output goes away, as `head -1` does: nothing is said, since nobody listens.
 *
 * Called once by `cli.ts` and by the commands that go on working after they have printed.
 */

let onGone: (error: NodeJS.ErrnoException) => void = () => undefined
let isWatched = false

/** Calls `act` when stdout can no longer be written: with code EPIPE, its reader has gone. Replaces the one before. */
export function onBrokenPipe(act: (error: NodeJS.ErrnoException) => void): void {
  onGone = act
  if (isWatched) return
  isWatched = true
  process.stdout.on('error', (error) => onGone(error))
  // without a listener an error of stderr would end the process with a stack trace that nobody can read
  process.stderr.on('error', () => undefined)
}
