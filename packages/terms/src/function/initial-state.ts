/** How `scan` and `reduce` get a state of their own in every run. Internal. */

import { InvalidOptionError } from '@millrace/core'

/**
 * A function that gives a fresh copy of `initial` each time: a run that changes its state in place must leave
 * none of it to the next.
 *
 * @throws {InvalidOptionError} if `initial` cannot be cloned.
 */
export function initialStateOf<State>(owner: string, initial: State): () => State {
  if (typeof initial !== 'object' && typeof initial !== 'function' && typeof initial !== 'symbol') {
    return () => initial
  }
  try {
    structuredClone(initial)
  } catch {
    throw new InvalidOptionError(
      `The initial state of ${owner}()`,
      initial,
      'a value that structuredClone() can copy (no functions, no symbols)',
    )
  }
  return () => structuredClone(initial)
}
