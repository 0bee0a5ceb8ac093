/** `unfit`: the errors of functions that give what they must not. Thrown by generated loops; keeps nothing. */

import type { KernelKind } from '../contracts.ts'
import { BadInputError, describe } from '../errors.ts'
import { isRefusedPromise } from '../values/foreign.ts'

const OWNERS: Partial<Record<KernelKind, string>> = { filter: 'filter', scan: 'scan', fold: 'reduce' }

/** What loops call by way of their stage. */
export const unfit = {
  /** An iterator's `next` gave something else than `{ done, value }`: the loop would ask for ever. */
  step(seen: unknown): BadInputError {
    return new BadInputError(
      `The next() of an iterator must give { done, value }, but gave ${describe(seen)}. ` +
        'Write it as a generator, function* () { yield item }.',
    )
  },
  /** A promise where the next item needs the value: a filter would pass everything, a fold lose all but the last. */
  promise(kind: KernelKind, seen: unknown): BadInputError {
    isRefusedPromise(seen)
    return new BadInputError(
      `The function of ${OWNERS[kind] ?? kind}() must be synchronous, but gave a promise. ` +
        'Await in a map() before it.',
    )
  },
}
