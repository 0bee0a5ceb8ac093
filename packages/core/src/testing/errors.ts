/** The errors of `millrace/testing`: each a class with a `code`, what was seen and what to do. */

import { MillraceError } from '../errors.ts'

/** A term gave other items than expected, or at other times. Code `OTHER_MARBLES`; the lines show both streams. */
export class OtherMarblesError extends MillraceError {
  constructor(lines: readonly string[]) {
    super('OTHER_MARBLES', `Other marbles than expected:\n${lines.map((line) => `  ${line}`).join('\n')}`)
  }
}

/**
 * A run in virtual time waits for what does not go by its clock. Code `OFF_CLOCK`. What that brings would come at a time that
 * depends on the load of the machine.
 */
export class OffClockError extends MillraceError {
  constructor(what: string | undefined) {
    super(
      'OFF_CLOCK',
      `The run still waits for something that is not on the run's clock${what === undefined ? '' : `: ${what}`}. ` +
        'Wait with ctx.sleep() or ctx.clock, and let a test give what files and requests would.',
    )
  }
}
