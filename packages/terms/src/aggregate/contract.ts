/** `Aggregate`: a fold that can be split and merged. Windows, keyed terms and `aggregate()` take it. */

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
