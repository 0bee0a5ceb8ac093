/** `reduce`: one value for the whole stream. */

import {
  type Combiner,
  checkSyncFunction,
  type KernelTerm,
  kernelTerm,
  settingNames,
  type TermSettings,
  withSettings,
} from '@millrace/core'
import { checkOptions, synchronous } from '../check.ts'
import { initialStateOf } from './initial-state.ts'

/** Options of {@link reduce}. */
export interface ReduceOptions<State, In = unknown> extends TermSettings<In, State> {
  /**
   * Merges the state of later items into that of earlier ones, and may change the first. Each part of the stream is folded
   * from a copy of `initial`, so that must add nothing: 0 for a sum, 1 for a product, an empty list.
   */
  readonly combine?: (into: State, later: State) => State
}

/**
 * Folds all items into one value, `state = f(state, item)`, and emits it when the stream has ended; the
 * initial value if there was no item.
 *
 * `f` gets the state and the item, is synchronous, and may change the state in place. Stateful: the state
 * must be structured-cloneable, and each run begins with a copy of `initial`. Holds nothing back; every item
 * counts as filtered, since what leaves at the end belongs to none of them.
 *
 * With `combine`, workers fold what they have made of the items, and send states: give it where the result is the very
 * same, however the stream is cut. It is for whole numbers, sets and lists; a sum of fractions depends on the order of its
 * additions, unlike `sum` and `sumOf`.
 *
 * @throws {InvalidOptionError} if a function is none or is declared async, or `initial` cannot be cloned.
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
  options: ReduceOptions<State, NoInfer<In>> = {},
): KernelTerm<In, State, State> {
  checkOptions('reduce', options, { combine: true, ...settingNames })
  const { combine, ...settings } = options
  checkSyncFunction('reduce', f)
  const initialState = initialStateOf('reduce', initial)
  const hooks = { initialState, end: (ctx: { state: State }) => [ctx.state] }
  const kernel = { kind: 'fold', f } as const
  if (combine === undefined)
    return withSettings('reduce', kernelTerm<In, State, State>('reduce', kernel, hooks), settings)
  const merge = synchronous('combine of reduce', combine)
  const combiner: Combiner<In, State, State, State> = {
    begin: initialState,
    add: f,
    merge: (ctx, partial) => {
      ctx.state = merge(ctx.state, partial)
    },
  }
  const combining = kernelTerm<In, State, State>('reduce', kernel, { ...hooks, combiner: () => combiner })
  return withSettings('reduce', combining, settings)
}
