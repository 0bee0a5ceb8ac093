/**
 * Watches the process while code of the user's is at work, in a module that loads or in a run: errors that nobody
 * catches, an event loop that runs dry, `process.exit`. Each becomes an error of what is going on, so that it is
 * reported in a line and the run is closed in good order. Called by `cli.ts`, `load-module.ts` and `supervise.ts`; `exitNow` by
 * `command/worker.ts`.
 *
 * Of several watches the newest is told. When the last has ended, the process is as it was.
 */

import { MillraceError, NothingPendingError, UncaughtError } from '@millrace/core'

/** Something that is going on in this process. */
export interface ProcessWatch {
  /** Rejects with what went wrong outside of it; never resolves. */
  readonly failed: Promise<never>
  end(): void
}

/** `process.exit` as it is while nothing is watched: for the second signal, which is not to wait for anything. */
export const exitNow = process.exit.bind(process)

type Tell = (error: MillraceError) => void

const watches: Tell[] = []
let restore: (() => void) | undefined

/** Begins to watch; `waiting` says what waits if nothing is left to wait for. Without it that is not looked at: a run does so itself. */
export function watchProcess(waiting?: string): ProcessWatch {
  let tell: Tell = () => undefined
  const failed = new Promise<never>((_, reject) => {
    tell = (error) => {
      if (!(error instanceof NothingPendingError)) reject(error)
      else if (waiting !== undefined) reject(new NothingPendingError(waiting))
    }
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
