/** `keyedScan`: a running state per key. */

import { type Context, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkOptions, synchronous } from '../check.ts'
import type { GroupKey } from '../event-time/options.ts'
import { initialStateOf } from '../function/initial-state.ts'
import { type Keyed, type KeyedOptions, type KeyTable, keyTable } from './key-table.ts'

/**
 * As `scan`, with a state for each key: passes on the key and its `state = f(state, item)` after each item. Flink's
 * `keyBy` with a ValueState; rxjs's `groupBy` with a `scan` in each group.
 *
 * `f` is synchronous and should return a new state rather than change the old one: the old one was passed on already.
 * Where it returns `undefined` nothing is passed on. A key that had to go (`idleMs`, `whenFull`) begins anew with its
 * next item. With `time`, that depends on the items alone; without, on the run's clock.
 *
 * Stateful: a map of key to state, `maxKeys` of them at most. Keeps the order and holds nothing back.
 *
 * @throws {InvalidOptionError} if a function is none or is declared async, `initial` cannot be cloned, or an option is
 * out of range; the run fails with a `BadInputError` if a key is an object, or there are more than `maxKeys`.
 *
 * @example
 * ```ts
 * import { fromIterable, keyedScan, toArray } from 'millrace/terms'
 *
 * const orders = fromIterable([
 *   { customer: 'eva', price: 3 },
 *   { customer: 'ben', price: 4 },
 *   { customer: 'eva', price: 5 },
 * ])
 * const totals = orders.pipe(keyedScan((order) => order.customer, (total: number, { price }) => total + price, 0))
 * for (const { key, value } of await toArray(totals)) console.log(key, value)
 * // eva 3
 * // ben 4
 * // eva 8
 * ```
 */
export function keyedScan<In, Key extends GroupKey, State>(
  key: (item: In) => Key,
  f: (state: State, item: In) => State,
  initial: State,
  options: KeyedOptions<In> = {},
): KernelTerm<In, Keyed<Key, State>, KeyTable<Key, State>> {
  checkOptions('keyedScan', options, { maxKeys: true, whenFull: true, idleMs: true, time: true })
  const next = synchronous('keyedScan', f)
  const table = keyTable('keyedScan', key, initialStateOf('keyedScan', initial), options)
  const step = (item: In, { state, clock }: Context<KeyTable<Key, State>>): Keyed<Key, State> | undefined => {
    const { key: of, entry } = table.entryOf(state, item, clock, forget)
    entry.value = next(entry.value, item)
    return entry.value === undefined ? undefined : { key: of, value: entry.value }
  }
  return kernelTerm('keyedScan', { kind: 'apply', self: {}, f: step }, { initialState: table.init })
}

/** What goes was passed on already. */
function forget(): void {}
