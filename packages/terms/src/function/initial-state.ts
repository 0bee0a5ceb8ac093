/** How `scan` and `reduce` get a state of their own in every run. Internal. */

import { copyWhole } from '@millrace/core/engine'
import { checkCopied } from '../check.ts'

/**
 * A function that gives a fresh copy of `initial` each time: a run that changes its state in place must leave
 * none of it to the next.
 *
 * @throws {InvalidOptionError} if `initial` cannot be copied whole.
 */
export function initialStateOf<State>(owner: string, initial: State): () => State {
  if (typeof initial !== 'object' && typeof initial !== 'function' && typeof initial !== 'symbol') {
    return () => initial
  }
  checkCopied(`The initial state of ${owner}()`, initial)
  return () => copyWhole(initial)
}
