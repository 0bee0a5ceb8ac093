/** What a run that a term has failed rejects with. For tests. */

import { expect } from 'vitest'

/** Matches a `TermError` of `term` whose cause is a `BadInputError` that says `text`. */
export function badInput(term: string, text: string): unknown {
  return expect.objectContaining({
    code: 'TERM_FAILED',
    term,
    cause: expect.objectContaining({ code: 'BAD_INPUT', message: expect.stringContaining(text) }),
  })
}

/** Matches an `InvalidOptionError`. */
export function invalidOption(text = ''): Error {
  return expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(text) })
}
