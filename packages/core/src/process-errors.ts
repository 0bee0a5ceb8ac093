/** Errors of the process that a run is in: an error that is not caught, an event loop with nothing left to do, a port that is taken. */

import { MillraceError, messageOf } from './errors.ts'

/**
 * An error that nobody caught: thrown in a timer or a listener, or the reason of a promise that nobody waits for. Code
 * `UNCAUGHT`; `cause` is the error. On the caller's thread Node ends the process for it, unless `millrace run` is in
 * charge; on a worker it fails the run.
 */
export class UncaughtError extends MillraceError {
  constructor(cause: unknown, origin: string) {
    const message =
      origin === 'unhandledRejection'
        ? `A promise that nobody waits for was rejected: ${messageOf(cause)}. Await it, or catch its error.`
        : `An error was thrown where nobody catches it, as in a timer or a listener: ${messageOf(cause)}. Catch it there.`
    super('UNCAUGHT', message, { cause })
  }
}

/**
 * The event loop has run dry while something is waited for: Node would exit without a word. Code `NOTHING_PENDING`. It
 * ends a run of which a call, `enter` or `end` never settles, under every strategy.
 */
export class NothingPendingError extends MillraceError {
  constructor(waiting: string) {
    super(
      'NOTHING_PENDING',
      `${waiting} waits for a promise that nothing is left to settle (no timer, file or connection is open any more).`,
    )
  }
}

/** The page of a run cannot be served. Code `UI_UNAVAILABLE`; `cause` is why. */
export class UiError extends MillraceError {
  constructor(where: string, cause: unknown) {
    super(
      'UI_UNAVAILABLE',
      `The page cannot be served at ${where}: ${messageOf(cause)}. Choose another port or host, or leave the port to chance.`,
      { cause },
    )
  }
}
