/** Makes `process.exit` in a term an error of that term: it would end the thread in mid-task. Called by entries. */

import { MillraceError } from '@millrace/core'

/** Called once per worker, before any user code is loaded. */
export function guardExit(): void {
  const endThread = process.exit.bind(process)
  process.exit = (code?: number | string | null): never => {
    // Node itself ends a thread this way after an uncaught exception, and must be let
    if (new Error().stack?.includes('node:internal/main/worker_thread')) endThread(code)
    throw new MillraceError(
      'PROCESS_EXIT',
      `process.exit(${code ?? ''}) was called in a term. A term cannot end the process; throw an error instead.`,
    )
  }
}
