/** Sees to it that the process ends once the command has. Called by `bin/millrace.js`. */

import { UncaughtError } from '@millrace/core'
import { codeOf, linesOfFailure, say } from './report/error.ts'

/** What a module has left open may take so long to close by itself. */
const GRACE_MS = 2000

/** The run is over, and what it has left behind fails: nothing that was told of it is true any more. */
function onLate(error: unknown, origin: string): void {
  const uncaught = new UncaughtError(error, origin)
  const [first, ...more] = linesOfFailure(uncaught)
  say([`${first} [${codeOf(uncaught)}]`, ...more].join('\n'))
  if (process.exitCode === 0) process.exitCode = 1
}

/**
 * Ends the process if something of the user's, a timer or a connection that no `exit` closes, keeps it alive: nobody
 * would know what it waits for. Does nothing for a process that ends by itself, but for errors that nobody catches: they
 * make its exit code 1.
 */
export function leaveAfter(ended: Promise<number>): void {
  ended.then(() => {
    process.on('uncaughtException', onLate)
    const leave = (): void => {
      say(
        'The command has ended, but a timer, a server or a connection is still open. Close it in exit(). [LEFT_OPEN]',
      )
      process.stdout.write('', () => process.exit())
    }
    // it does not keep the process alive itself
    setTimeout(leave, GRACE_MS).unref()
  })
}
