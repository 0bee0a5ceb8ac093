/** `Aggregate`: a fold that can be split and merged, and the terms that are one. Windows and keyed terms take it. */

import {
  type Combiner,
  checkSyncFunction,
  InvalidOptionError,
  type KernelTerm,
  kernelTerm,
} from '@millrace/core'

/**
 * A fold of items into one value whose parts can be merged; what Flink calls an AggregateFunction, Beam a CombineFn.
 *
 * The state is plain, structured-cloneable data. `add` and `merge` may change the state they are given first and
 * must return it (or a new one); `merge` must leave its second state as it is. What `result` returns must not share
 * anything with the state that `add` changes later.
 */
export interface Aggregate<in In, out Out, State = unknown> {
  /**
   * Whether merging gives what adding gives, to the last bit: for any cut of a sequence of items into runs, the states of
   * the runs merged in their order, from `init()` on, have the `result` of all items added one after the other. Only
   * such aggregates are folded in parts by several workers. Default false: they are folded in one place.
   */
  readonly mergesExactly?: boolean
  /** The state before the first item. */
  init(): State
  /** Takes one item in. */
  add(state: State, item: In): State
  /** Takes in what another state has seen; that state comes later in the stream, or beside it. */
  merge(into: State, other: State): State
  /** The value of what was taken in. */
  result(state: State): Out
}

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

/** @throws {InvalidOptionError} if `value` lacks one of the four functions. */
export function checkAggregate(owner: string, value: unknown): void {
  const functions = (value ?? {}) as Readonly<Record<string, unknown>>
  for (const part of ['init', 'add', 'merge', 'result'] as const) {
    if (typeof functions[part] !== 'function') {
      throw new InvalidOptionError(
        `The aggregate of ${owner}()`,
        value,
        'an aggregate such as countOf(), or an object with init, add, merge and result',
      )
    }
    checkSyncFunction(`${part}() of the aggregate of ${owner}`, functions[part])
  }
}

/**
 * Aggregates the whole stream and emits the value when it has ended; that of no items, if there were none.
 *
 * Stateful: the aggregate's state. Holds nothing back; every item counts as filtered, since what leaves at the end
 * belongs to none of them. For a value per key see `keyedAggregate`, per window `tumblingWindow`.
 *
 * @throws {InvalidOptionError} if `by` is no aggregate.
 *
 * @example
 * ```ts
 * import { aggregate, fromIterable, meanOf, toArray } from 'millrace/terms'
 *
 * const mean = fromIterable(['to', 'be', 'or', 'not']).pipe(aggregate(meanOf((word) => word.length)))
 * console.log(await toArray(mean)) // [ 2.25 ]
 * ```
 */
export function aggregate<In, Out>(by: Aggregate<In, Out>): KernelTerm<In, Out> {
  checkAggregate('aggregate', by)
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
 * @throws {InvalidOptionError} if `by` is no aggregate.
 *
 * @example
 * ```ts
 * import { fromIterable, maxOf, runningAggregate, toArray } from 'millrace/terms'
 *
 * const peaks = fromIterable([3, 1, 4, 1, 5]).pipe(runningAggregate(maxOf((n) => n)))
 * console.log(await toArray(peaks)) // [ 3, 3, 4, 4, 5 ]
 * ```
 */
export function runningAggregate<In, Out>(by: Aggregate<In, Out>): KernelTerm<In, Out> {
  checkAggregate('runningAggregate', by)
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
