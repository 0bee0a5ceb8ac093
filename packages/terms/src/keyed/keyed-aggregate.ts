/** `keyedAggregate`: an aggregate per key for the whole stream. */

import type { KernelTerm } from '@millrace/core'
import { checkedAggregate } from '../aggregate/checked-aggregate.ts'
import type { Aggregate } from '../aggregate/contract.ts'
import { checkOptions } from '../check.ts'
import type { GroupKey } from '../event-time/options.ts'
import type { Keyed, KeyedOptions, KeyTable } from './key-table.ts'
import { keyedFold } from './keyed-fold.ts'

/**
 * Aggregates the items of each key, and gives key and value when the stream has ended, in the order in which the keys
 * came.
 *
 * Keys that have to go earlier (`idleMs`, `whenFull`) are treated as by `keyedReduce`. Stateful: a map of key to the
 * aggregate's state, `maxKeys` of them at most. Holds nothing back; items count as filtered.
 *
 * @throws {InvalidOptionError} if `key` is no function, `aggregate` is no aggregate, or an option is out of range; the run
 * fails with a `BadInputError` if a key is an object, or there are more than `maxKeys`.
 *
 * @example
 * ```ts
 * import { fromIterable, keyedAggregate, meanOf, toArray } from 'millrace/terms'
 *
 * const cars = fromIterable([
 *   { from: 'Italy', power: 80 },
 *   { from: 'Japan', power: 90 },
 *   { from: 'Italy', power: 100 },
 * ])
 * const power = cars.pipe(keyedAggregate((car) => car.from, meanOf((car) => car.power)))
 * console.log(await toArray(power)) // [ { key: 'Italy', value: 90 }, { key: 'Japan', value: 90 } ]
 * ```
 */
export function keyedAggregate<In, Key extends GroupKey, Out>(
  key: (item: In) => Key,
  aggregate: Aggregate<In, Out>,
  options: KeyedOptions<In> = {},
): KernelTerm<In, Keyed<Key, Out>, KeyTable<Key, unknown>> {
  checkOptions('keyedAggregate', options, { maxKeys: true, whenFull: true, idleMs: true, time: true })
  const by = checkedAggregate('keyedAggregate', aggregate)
  const fold = {
    init: () => by.init(),
    add: (state: unknown, item: In) => by.add(state, item),
    result: (state: unknown) => by.result(state),
    merge: by.mergesExactly === true ? by.merge.bind(by) : undefined,
  }
  return keyedFold('keyedAggregate', key, fold, options)
}
