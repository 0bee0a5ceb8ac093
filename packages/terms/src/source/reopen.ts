/**
 * How sources of iterables are opened anew in every run. Called by `fromIterable` and `fromAsyncIterable`.
 */

import { WrongStateError } from '@millrace/core'

/**
 * A function that opens `origin` for one run: a function is called, anything else is taken as it is.
 *
 * An iterator (what a generator returns) can be read once; opening it a second time is an error, since it
 * would look like an empty stream.
 */
export function opener<Opened extends object>(owner: string, origin: Opened | (() => Opened)): () => Opened {
  if (typeof origin === 'function') return origin as () => Opened
  let used = false
  return () => {
    if (used) {
      throw new WrongStateError(
        `The iterator of ${owner}() was read by an earlier run and cannot be read again. ` +
          `Give ${owner}() the function that makes it instead.`,
      )
    }
    used = typeof (origin as Partial<Iterator<unknown>>).next === 'function'
    return origin
  }
}
