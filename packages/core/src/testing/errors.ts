/** The errors of `millrace/testing`: each a class with a `code`, what was seen and what to do. */

import { MillraceError } from '../errors.ts'

/** A term gave other items than expected, or at other times. Code `OTHER_MARBLES`; the lines show both streams. */
export class OtherMarblesError extends MillraceError {
  constructor(lines: readonly string[]) {
    super('OTHER_MARBLES', `Other marbles than expected:\n${lines.map((line) => `  ${line}`).join('\n')}`)
  }
}
