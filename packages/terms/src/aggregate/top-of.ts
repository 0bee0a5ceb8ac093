/** `topOf`: the most frequent keys. */

import { InvalidOptionError } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { type GroupKey, keyOf } from '../event-time/options.ts'
import { ownAggregate } from './checked-aggregate.ts'
import type { Aggregate } from './contract.ts'

/** Options of {@link topOf}. */
export interface TopOptions {
  /** Keys counted at a time; at least the number asked for. Default: ten times that, at least 1,000. */
  readonly counters?: number
}

/** A frequent key. */
export interface TopKey<out Key> {
  readonly key: Key
  /** How often it came, or more: it came at least `count - error` times. */
  readonly count: number
  /** How much `count` may be too high. 0 as long as there were no more keys than counters. */
  readonly error: number
}

/** Counters by key, and which keys have the lowest count. */
export interface TopState<Key> {
  /** Count and error. */
  counters: Map<Key, { count: number; error: number }>
  /** Keys that had the lowest count when they were last looked for, the next to go last. */
  lowest: Key[]
  /** The count that those keys had. */
  least: number
}

/**
 * The `size` most frequent keys that `key(item)` gives, most frequent first; of equal ones, in the order in which they
 * came to be counted.
 *
 * Space-saving: A. Metwally, D. Agrawal, A. El Abbadi, "Efficient computation of frequent and top-k elements in data
 * streams", ICDT 2005; merged as in P. Agarwal et al., "Mergeable summaries", PODS 2012. Of `n` items, a key that came
 * more than `n / counters` times is among the counters for sure, and no count is too high by more than `n / counters`;
 * `error` says by how much at most. With no more keys than counters all is exact. Its state is the counters. Since
 * merging changes counts where keys were given up, several workers do not fold it in parts.
 *
 * @throws {InvalidOptionError} if `key` is no function or is declared async, or a number is out of range; the run fails
 * with a `BadInputError` if a key is an object.
 *
 * @example
 * ```ts
 * import { aggregate, fromIterable, toArray, topOf } from 'millrace/terms'
 *
 * const words = fromIterable('to be or not to be or to sleep'.split(' '))
 * const [top = []] = await toArray(words.pipe(aggregate(topOf((word) => word, 2))))
 * console.log(top.map(({ key, count }) => `${key} ${count}`)) // [ 'to 3', 'be 2' ]
 * ```
 */
export function topOf<In, Key extends GroupKey>(
  key: (item: In) => Key,
  size: number,
  options: TopOptions = {},
): Aggregate<In, TopKey<Key>[], TopState<Key>> {
  checkOptions('topOf', options, { counters: true })
  const read = keyOf('topOf', key)
  checkWhole('size of topOf()', size, 1)
  const { counters: room = Math.max(1000, 10 * size) } = options
  checkWhole('counters of topOf()', room, 1)
  if (room < size) throw new InvalidOptionError('counters of topOf()', room, `at least the size, ${size}`)
  return ownAggregate({
    init: () => ({ counters: new Map(), lowest: [], least: 0 }),
    add: (state, item) => {
      const { counters } = state
      const of = read(item)
      const known = counters.get(of)
      if (known !== undefined) known.count++
      else if (counters.size < room) counters.set(of, { count: 1, error: 0 })
      else {
        const error = replaceLowest(state)
        counters.set(of, { count: error + 1, error })
      }
      return state
    },
    merge: (into, other) => {
      const [leastHere, leastThere] = [into, other].map(({ counters }) => leastIn(counters, room))
      const all = new Map([...into.counters].map(([of, counter]) => [of, { ...counter }]))
      for (const [of, counter] of all) {
        if (other.counters.has(of)) continue
        counter.count += leastThere as number
        counter.error += leastThere as number
      }
      for (const [of, { count, error }] of other.counters) {
        const known = all.get(of)
        if (known === undefined) {
          all.set(of, { count: count + (leastHere as number), error: error + (leastHere as number) })
        } else {
          known.count += count
          known.error += error
        }
      }
      into.counters =
        all.size <= room ? all : new Map([...all].sort(([, a], [, b]) => b.count - a.count).slice(0, room))
      into.lowest = []
      return into
    },
    result: ({ counters }) =>
      [...counters]
        .sort(([, a], [, b]) => b.count - a.count)
        .slice(0, size)
        .map(([of, { count, error }]) => ({ key: of, count, error })),
  })
}

/** What a key that is not counted may have come to at most. */
function leastIn(counters: ReadonlyMap<unknown, { count: number }>, room: number): number {
  if (counters.size < room) return 0
  let least = Number.POSITIVE_INFINITY
  for (const { count } of counters.values()) least = Math.min(least, count)
  return least
}

/** Takes a counter with the lowest count away; returns that count. All of one count are looked for at once. */
function replaceLowest<Key>(state: TopState<Key>): number {
  const { counters } = state
  for (;;) {
    while (state.lowest.length > 0) {
      const of = state.lowest.pop() as Key
      const counter = counters.get(of)
      if (counter === undefined || counter.count !== state.least) continue
      counters.delete(of)
      return counter.count
    }
    state.least = leastIn(counters, 0)
    for (const [of, { count }] of counters) if (count === state.least) state.lowest.push(of)
    state.lowest.reverse()
  }
}
