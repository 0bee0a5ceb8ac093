/** `reduce`: one value for the whole stream. */

import { checkSyncFunction, type KernelTerm, kernelTerm } from '@millrace/core'
import { initialStateOf } from './initial-state.ts'

/**
 * Folds all items into one value, `state = f(state, item)`, and emits it when the stream has ended; the
 * initial value if there was no item.
 *
 * `f` gets the state and the item, is synchronous, and may change the state in place. Stateful: the state
 * must be structured-cloneable, and each run begins with a copy of `initial`. Holds nothing back; every item
 * counts as filtered, since what leaves at the end belongs to none of them.
 *
 * @throws {InvalidOptionError} if `f` is no function or is declared async, or `initial` cannot be cloned.
 *
 * @example
 * ```ts
 * import { fromIterable, reduce, toArray } from 'millrace/terms'
 *
 * const longest = fromIterable(['to', 'be', 'not']).pipe(
 *   reduce((most, word: string) => Math.max(most, word.length), 0),
 * )
 * console.log(await toArray(longest)) // [ 3 ]
 * ```
 */
export function reduce<In, State>(
  f: (state: State, item: In) => State,
  initial: State,
): KernelTerm<In, State, State> {
  checkSyncFunction('reduce', f)
  return kernelTerm<In, State, State>(
    'reduce',
    { kind: 'fold', f },
    { initialState: initialStateOf('reduce', initial), end: (ctx) => [ctx.state] },
  )
}
