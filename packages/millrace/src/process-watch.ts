/**
 * Watches the process while code of the user's is at work, in a module that loads or in a run: errors that nobody
 * catches, an event loop that runs dry, `process.exit`. Each becomes an error of what is going on, so that it is
 * reported in a line and the run is closed in good order. Called by `cli.ts`, `load-module.ts` and `supervise.ts`.
 *
 * Of several watches the newest is told. When the last has ended, the process is as it was.
 */

import { MillraceError, messageOf } from '@millrace/core'

/** Something that is going on in this process. */
export interface ProcessWatch {
  /** Rejects with what went wrong outside of it; never resolves. */
  readonly failed: Promise<never>
  end(): void
}

type Tell = (error: MillraceError) => void

const watches: Tell[] = []
let restore: (() => void) | undefined

/** Begins to watch; `waiting` says what it means that nothing is left to wait for. */
export function watchProcess(waiting: () => string): ProcessWatch {
  let tell: Tell = () => undefined
  const failed = new Promise<never>((_, reject) => {
    tell = (error) =>
      reject(error instanceof NothingPendingError ? new NothingPendingError(waiting()) : error)
  })
  failed.catch(() => undefined) // it may fail when nobody looks any more
  watches.push(tell)
  restore ??= listen()
  return {
    failed,
    end() {
      const at = watches.lastIndexOf(tell)
      if (at >= 0) watches.splice(at, 1)
      if (watches.length > 0) return
      restore?.()
      restore = undefined
    },
  }
}

function listen(): () => void {
  const tell = (error: MillraceError): void => watches[watches.length - 1]?.(error)
  const onUncaught = (error: unknown, origin: string): void => tell(new UncaughtError(error, origin))
  const onDry = (): void => tell(new NothingPendingError(''))
  const { exit } = process
  process.on('uncaughtException', onUncaught)
  process.on('beforeExit', onDry)
  process.exit = refuseExit
  return () => {
    process.off('uncaughtException', onUncaught)
    process.off('beforeExit', onDry)
    process.exit = exit
  }
}

/** As in workers: what is under way, and what sinks have not written yet, would be lost without a word. */
function refuseExit(code?: number | string | null): never {
  throw new MillraceError(
    'PROCESS_EXIT',
    `process.exit(${code ?? ''}) was called. A graph cannot end the process; throw an error instead.`,
  )
}

/** An error that nobody caught. Code `UNCAUGHT`; `cause` is the error. */
export class UncaughtError extends MillraceError {
  constructor(cause: unknown, origin: string) {
    const message =
      origin === 'unhandledRejection'
        ? `A promise that nobody waits for was rejected: ${messageOf(cause)}. Await it, or catch its error.`
        : `An error was thrown where nobody catches it, as in a timer or a listener: ${messageOf(cause)}. Catch it there.`
    super('UNCAUGHT', message, { cause })
  }
}

/** The event loop has run dry: Node would exit with 0 and without a word. Code `NOTHING_PENDING`. */
export class NothingPendingError extends MillraceError {
  constructor(waiting: string) {
    super(
      'NOTHING_PENDING',
      `${waiting} waits for a promise that nothing is left to settle (no timer, file or connection is open any more).`,
    )
  }
}
