/** `keyTable`: a value per key, bounded. What keyed terms have in common. Internal but for its types. */

import { type Clock, type Combiner, InvalidOptionError } from '@millrace/core'
import { checkWhole } from '../check.ts'
import { checkMs, fullError, type GroupKey, keyOf, timeOf } from '../event-time/options.ts'
import { type PassedTime, passTime } from '../steady-time.ts'

/** What a keyed term gives: a key and its value. */
export interface Keyed<out Key, out Value> {
  readonly key: Key
  readonly value: Value
}

/** How a keyed term bounds its keys. */
export interface KeyedOptions<In> {
  /** Keys held at most. Default 100,000. */
  readonly maxKeys?: number
  /** What a key beyond `maxKeys` leads to: an error, or the key goes that had no item for longest. Default `fail`. */
  readonly whenFull?: 'fail' | 'forgetOldest'
  /** A key goes, when the next item of any key comes, if it has had none for this long, in ms. Default: never. */
  readonly idleMs?: number
  /** The event time of an item, by which `idleMs` is measured. Default: the run's clock. */
  readonly time?: (item: In) => number
}

/** A key's value and when it was last used. */
export interface KeyEntry<Value> {
  value: Value
  at: number
}

/** The state of a keyed term. */
export interface KeyTable<Key, Value> extends PassedTime {
  /** By key; where keys may go, the one used least recently first. */
  readonly entries: Map<Key, KeyEntry<Value>>
}

/** The checked operations on a {@link KeyTable}. */
export interface KeyTableOf<In, Key, Value> {
  init(): KeyTable<Key, Value>
  /** The key of `item` and its entry, made if there is none; `gone` gets what had to go. */
  entryOf(
    table: KeyTable<Key, Value>,
    item: In,
    clock: Clock,
    gone: (key: Key, value: Value) => void,
  ): { readonly key: Key; readonly entry: KeyEntry<Value> }
  /**
   * How workers share a fold per key: each keeps a table of its own, and these are merged. `undefined` where keys go
   * before the end, since that depends on when the single items came.
   */
  combiner(
    add: (value: Value, item: In) => Value,
    merge: (into: Value, other: Value) => Value,
  ): Combiner<In, KeyTable<Key, Value>, never, Map<Key, { value: Value }>> | undefined
}

/** @throws {InvalidOptionError} if `key` is no function, or an option is out of range. */
export function keyTable<In, Key extends GroupKey, Value>(
  owner: string,
  key: (item: In) => Key,
  fresh: () => Value,
  options: KeyedOptions<In>,
): KeyTableOf<In, Key, Value> {
  const { maxKeys = 100_000, whenFull = 'fail', idleMs = Number.POSITIVE_INFINITY, time } = options
  const read = keyOf(owner, key)
  const readTime = time === undefined ? undefined : timeOf(owner, time)
  checkWhole(`maxKeys of ${owner}()`, maxKeys, 1)
  if (options.idleMs !== undefined) checkMs(`idleMs of ${owner}()`, idleMs, Number.MIN_VALUE)
  if (whenFull !== 'fail' && whenFull !== 'forgetOldest') {
    throw new InvalidOptionError(`whenFull of ${owner}()`, whenFull, '"fail" or "forgetOldest"')
  }
  const isTimed = options.idleMs !== undefined
  const isOrdered = isTimed || whenFull === 'forgetOldest'

  return {
    init: () => ({ latest: Number.NEGATIVE_INFINITY, entries: new Map() }),
    entryOf(table, item, clock, gone) {
      const { entries } = table
      if (isTimed) {
        if (readTime === undefined) passTime(table, clock)
        else table.latest = Math.max(table.latest, readTime(item))
        for (const [old, { value, at }] of entries) {
          if (table.latest - at < idleMs) break
          entries.delete(old)
          gone(old, value)
        }
      }
      const of = read(item)
      let entry = entries.get(of)
      if (entry === undefined) {
        if (entries.size >= maxKeys) {
          if (whenFull === 'fail') throw fullError(owner, 'maxKeys', maxKeys, 'keys')
          const [[old, { value }]] = entries as unknown as [[Key, KeyEntry<Value>]]
          entries.delete(old)
          gone(old, value)
        }
        entry = { value: fresh(), at: table.latest }
        entries.set(of, entry)
      } else if (isOrdered) {
        entry.at = table.latest
        entries.delete(of)
        entries.set(of, entry)
      }
      return { key: of, entry }
    },
    combiner(add, merge) {
      if (isOrdered) return undefined
      return {
        begin: () => new Map(),
        add(partial, item) {
          const of = read(item)
          // one look at the map for most items
          const known = partial.get(of)
          if (known === undefined) partial.set(of, { value: add(fresh(), item) })
          else known.value = add(known.value, item)
          return partial
        },
        merge({ state: { entries, latest } }, partial) {
          for (const [of, { value }] of partial) {
            const entry = entries.get(of)
            if (entry !== undefined) entry.value = merge(entry.value, value)
            else if (entries.size >= maxKeys) throw fullError(owner, 'maxKeys', maxKeys, 'keys')
            else entries.set(of, { value, at: latest })
          }
        },
      }
    },
  }
}
