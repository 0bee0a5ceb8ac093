/** How the terms in `rate/` check durations. Internal. */

import { InvalidOptionError } from '@millrace/core'

/** @throws {InvalidOptionError} if `value` is no finite number of milliseconds above 0. */
export function checkMs(option: string, value: unknown): void {
  if (!(typeof value === 'number' && Number.isFinite(value) && value > 0)) {
    throw new InvalidOptionError(option, value, 'a finite number of milliseconds above 0')
  }
}
