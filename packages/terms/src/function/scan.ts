/** `scan`: a running state, emitted after each item. */

import {
  checkSyncFunction,
  type KernelTerm,
  kernelTerm,
  type TermSettings,
  withSettings,
} from '@millrace/core'
import { initialStateOf } from './initial-state.ts'

/**
 * Passes on `state = f(state, item)` after each item, as a running total does.
 *
 * `f` gets the state and the item, is synchronous, and should return a new state rather than change the old
 * one: the old one was passed on already. Stateful: the state must be structured-cloneable, and each run
 * begins with a copy of `initial`. Keeps the order and holds nothing back.
 *
 * `settings` are those of {@link TermSettings}.
 *
 * @throws {InvalidOptionError} if `f` is no function or is declared async, a setting is none, or `initial` cannot be cloned.
 *
 * @example
 * ```ts
 * import { fromIterable, scan, toArray } from 'millrace/terms'
 *
 * const totals = fromIterable([1, 2, 3]).pipe(scan((total, n: number) => total + n, 0))
 * console.log(await toArray(totals)) // [ 1, 3, 6 ]
 * ```
 */
export function scan<In, State>(
  f: (state: State, item: In) => State,
  initial: State,
  settings?: TermSettings<NoInfer<In>, NoInfer<State>>,
): KernelTerm<In, State, State> {
  checkSyncFunction('scan', f)
  const initialState = initialStateOf('scan', initial)
  return withSettings(
    'scan',
    kernelTerm<In, State, State>('scan', { kind: 'scan', f }, { initialState }),
    settings,
  )
}
