/** `keyedFold`: one value per key, given when the key goes or the stream ends. Behind its two public forms. Internal. */

import { type Context, type KernelTerm, kernelTerm } from '@millrace/core'
import type { GroupKey } from '../event-time/options.ts'
import { type Keyed, type KeyedOptions, type KeyTable, keyTable } from './key-table.ts'

/** The fold of one key: how it begins, goes on, and what it gives. */
export interface Fold<In, State, Out> {
  readonly init: () => State
  readonly add: (state: State, item: In) => State
  readonly result: (state: State) => Out
  /** Set where states of one key can be merged and nothing is lost. */
  readonly merge?: ((into: State, other: State) => State) | undefined
}

/** Makes the term. */
export function keyedFold<In, Key extends GroupKey, State, Out>(
  owner: string,
  key: (item: In) => Key,
  { init, add, result, merge }: Fold<In, State, Out>,
  options: KeyedOptions<In>,
): KernelTerm<In, Keyed<Key, Out>, KeyTable<Key, State>> {
  const table = keyTable(owner, key, init, options)
  const f = (item: In, { state, clock }: Context<KeyTable<Key, State>>): Keyed<Key, Out>[] => {
    const gone: Keyed<Key, Out>[] = []
    const { entry } = table.entryOf(state, item, clock, (old, value) => {
      gone.push({ key: old, value: result(value) })
    })
    entry.value = add(entry.value, item)
    return gone
  }
  const combiner = merge === undefined ? undefined : table.combiner(add, merge)
  return kernelTerm<In, Keyed<Key, Out>, KeyTable<Key, State>>(
    owner,
    { kind: 'expand', self: {}, f },
    {
      ...(combiner === undefined ? {} : { combiner: () => combiner }),
      initialState: table.init,
      end: ({ state }) => Array.from(state.entries, ([of, { value }]) => ({ key: of, value: result(value) })),
    },
  )
}
