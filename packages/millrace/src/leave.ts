/** Sees to it that the process ends once the command has. Called by `bin/millrace.js`. */

import { say } from './report/error.ts'

/** What a module has left open may take so long to close by itself. */
const GRACE_MS = 2000

/**
 * Ends the process if something of the user's, a timer or a connection that no `exit` closes, keeps it alive: nobody
 * would know what it waits for. Does nothing for a process that ends by itself.
 */
export function leaveAfter(ended: Promise<number>): void {
  ended.then((code) => {
    const leave = (): void => {
      say(
        'The command has ended, but a timer, a server or a connection is still open. Close it in exit(). [LEFT_OPEN]',
      )
      process.stdout.write('', () => process.exit(code))
    }
    // it does not keep the process alive itself
    setTimeout(leave, GRACE_MS).unref()
  })
}
