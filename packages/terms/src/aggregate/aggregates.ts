/** `aggregates`: several aggregates of the same items at once. */

import { InvalidOptionError } from '@millrace/core'
import { checkedAggregate, ownAggregate } from './checked-aggregate.ts'
import type { Aggregate } from './contract.ts'

/** Any aggregates, by name. */
export type AggregateParts = Readonly<Record<string, Aggregate<never, unknown>>>

/** What all of several aggregates take. */
export type AggregateItem<Parts extends AggregateParts> =
  Parts[keyof Parts] extends Aggregate<infer In, unknown> ? In : never

/** The values of several aggregates, by name. */
export type AggregateValues<Parts extends AggregateParts> = {
  [K in keyof Parts]: Parts[K] extends Aggregate<never, infer Out> ? Out : never
}

/**
 * Unites aggregates under names: each sees every item, and the value is a record of their values.
 *
 * Its state is the array of their states.
 *
 * @throws {InvalidOptionError} if `parts` is empty or holds something that is no aggregate.
 *
 * @example
 * ```ts
 * import { aggregate, aggregates, countOf, fromIterable, maxOf, toArray } from 'millrace/terms'
 *
 * const both = aggregates({ words: countOf(), longest: maxOf((word: string) => word.length) })
 * console.log(await toArray(fromIterable(['to', 'be', 'not']).pipe(aggregate(both)))) // [ { words: 3, longest: 3 } ]
 * ```
 */
export function aggregates<In, Values extends Readonly<Record<string, unknown>>>(
  parts: {
    readonly [K in keyof Values]: Aggregate<In, Values[K]>
  },
): Aggregate<In, Values, unknown[]>
export function aggregates<Parts extends AggregateParts>(
  parts: Parts,
): Aggregate<AggregateItem<Parts>, AggregateValues<Parts>, unknown[]>
export function aggregates(
  parts: Readonly<Record<string, Aggregate<unknown, unknown>>>,
): Aggregate<unknown, unknown, unknown[]> {
  const names = Object.keys(parts)
  if (names.length === 0) throw new InvalidOptionError('The parts of aggregates()', parts, 'at least one')
  const all = names.map((name) => checkedAggregate('aggregates', parts[name] as Aggregate<unknown, unknown>))
  return ownAggregate({
    mergesExactly: all.every((part) => part.mergesExactly === true),
    init: () => all.map((part) => part.init()),
    add: (states, item) => {
      for (let k = 0; k < all.length; k++) states[k] = all[k]?.add(states[k], item)
      return states
    },
    merge: (into, other) => {
      for (let k = 0; k < all.length; k++) into[k] = all[k]?.merge(into[k], other[k])
      return into
    },
    result: (states) => Object.fromEntries(names.map((name, k) => [name, all[k]?.result(states[k])])),
  })
}
