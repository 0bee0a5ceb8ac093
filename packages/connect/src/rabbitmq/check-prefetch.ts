/** The rule for `prefetch`, a number of 16 bits in AMQP; 0 would have no bound. Called by the sources of this folder. */

import { InvalidOptionError } from '@millrace/core'
import { checkWhole } from '@millrace/core/engine'

/** @throws {InvalidOptionError} for a number that AMQP cannot say. */
export function checkPrefetch(owner: string, prefetch: number): void {
  checkWhole(`prefetch of ${owner}()`, prefetch, 1)
  if (prefetch > 65_535) throw new InvalidOptionError(`prefetch of ${owner}()`, prefetch, 'at most 65,535')
}
