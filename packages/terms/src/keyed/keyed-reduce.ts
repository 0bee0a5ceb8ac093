/** `keyedReduce`: one value per key for the whole stream. */

import type { KernelTerm } from '@millrace/core'
import { checkOptions, synchronous } from '../check.ts'
import type { GroupKey } from '../event-time/options.ts'
import { initialStateOf } from '../function/initial-state.ts'
import type { Keyed, KeyedOptions, KeyTable } from './key-table.ts'
import { keyedFold } from './keyed-fold.ts'

/**
 * As `reduce`, for each key: folds its items into one value, and gives key and value when the stream has ended, in the
 * order in which the keys came. SQL's GROUP BY; rxjs's `groupBy` with a `reduce` in each group.
 *
 * `f` is synchronous and may change the state in place. A key that has to go earlier (`idleMs`, `whenFull`) is given
 * then, so that nothing is lost; if it comes again, it begins anew and is given once more. Keys that may go are kept in
 * the order of their last items, and leave in that order.
 *
 * Stateful: a map of key to state, `maxKeys` of them at most. Holds nothing back; items count as filtered.
 *
 * @throws {InvalidOptionError} if a function is none or is declared async, `initial` cannot be cloned, or an option is
 * out of range; the run fails with a `BadInputError` if a key is an object, or there are more than `maxKeys`.
 *
 * @example
 * ```ts
 * import { fromIterable, keyedReduce, toArray } from 'millrace/terms'
 *
 * const words = fromIterable(['to', 'be', 'or', 'not'])
 * const byLength = words.pipe(keyedReduce((word) => word.length, (all: string, word) => `${all} ${word}`, ''))
 * console.log(await toArray(byLength)) // [ { key: 2, value: ' to be or' }, { key: 3, value: ' not' } ]
 * ```
 */
export function keyedReduce<In, Key extends GroupKey, State>(
  key: (item: In) => Key,
  f: (state: State, item: In) => State,
  initial: State,
  options: KeyedOptions<In> = {},
): KernelTerm<In, Keyed<Key, State>, KeyTable<Key, State>> {
  checkOptions('keyedReduce', options, { maxKeys: true, whenFull: true, idleMs: true, time: true })
  const add = synchronous('keyedReduce', f)
  const fold = { init: initialStateOf('keyedReduce', initial), add, result: (state: State) => state }
  return keyedFold('keyedReduce', key, fold, options)
}
