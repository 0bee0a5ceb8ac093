/** `failure`: what a run fails with. */

import { type MillraceError, run, type Term } from '@millrace/core'

/** Code and message of the error in the term. */
export async function failure(
  term: Term<never, never>,
  options = {},
): Promise<{ code: string; message: string }> {
  const error: unknown = await run(term, options).done.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  const { code, message } = ((error as Error).cause ?? error) as MillraceError
  return { code, message }
}
