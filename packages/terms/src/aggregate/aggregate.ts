/** `aggregate` and `runningAggregate`: an aggregate of the whole stream. */

import { type Combiner, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkedAggregate } from './checked-aggregate.ts'
import type { Aggregate } from './contract.ts'

/** Folds items into states of the aggregate, and merges these. */
function combinerOf<In, Out>(by: Aggregate<In, Out>): Combiner<In, unknown, Out> {
  return {
    begin: () => by.init(),
    add: (state, item) => by.add(state, item),
    merge: (ctx, partial) => {
      ctx.state = by.merge(ctx.state, partial)
    },
  }
}

/**
 * Aggregates the whole stream and emits the value when it has ended; that of no items, if there were none.
 *
 * Stateful: the aggregate's state. Holds nothing back; every item counts as filtered, since what leaves at the end
 * belongs to none of them. For a value per key see `keyedAggregate`, per window `tumblingWindow`.
 *
 * @throws {InvalidOptionError} if `aggregate` is no aggregate; the run fails with a `BadInputError` if one of its functions
 * gives a promise.
 *
 * @example
 * ```ts
 * import { aggregate, fromIterable, meanOf, toArray } from 'millrace/terms'
 *
 * const mean = fromIterable(['to', 'be', 'or', 'not']).pipe(aggregate(meanOf((word) => word.length)))
 * console.log(await toArray(mean)) // [ 2.25 ]
 * ```
 */
export function aggregate<In, Out>(aggregate: Aggregate<In, Out>): KernelTerm<In, Out> {
  const by = checkedAggregate('aggregate', aggregate)
  const f = (state: unknown, item: In): unknown => by.add(state, item)
  return kernelTerm<In, Out>(
    'aggregate',
    { kind: 'fold', f },
    {
      initialState: () => by.init(),
      end: (ctx) => [by.result(ctx.state)],
      ...(by.mergesExactly === true ? { combiner: () => combinerOf(by) } : {}),
    },
  )
}

/**
 * Passes on the aggregate's value after each item: a running count, mean, or quantile.
 *
 * Stateful: the aggregate's state. Keeps the order and holds nothing back. `result` is called for each item, which
 * for sketches costs more than `add`.
 *
 * @throws {InvalidOptionError} if `aggregate` is no aggregate; the run fails with a `BadInputError` if one of its functions
 * gives a promise.
 *
 * @example
 * ```ts
 * import { fromIterable, maxOf, runningAggregate, toArray } from 'millrace/terms'
 *
 * const peaks = fromIterable([3, 1, 4, 1, 5]).pipe(runningAggregate(maxOf((n) => n)))
 * console.log(await toArray(peaks)) // [ 3, 3, 4, 4, 5 ]
 * ```
 */
export function runningAggregate<In, Out>(aggregate: Aggregate<In, Out>): KernelTerm<In, Out> {
  const by = checkedAggregate('runningAggregate', aggregate)
  const f = (item: In, ctx: { state: unknown }): Out => {
    ctx.state = by.add(ctx.state, item)
    return by.result(ctx.state)
  }
  return kernelTerm<In, Out>(
    'runningAggregate',
    { kind: 'apply', self: {}, f },
    { initialState: () => by.init() },
  )
}
