/**
 * The whole machine on one page: what a term tells the engine, and what moves between terms. What a run reports is in `stats.ts`.
 *
 * Every other file of the package builds on these types. Nothing here runs.
 */

/** How an edge behaves when it is full: `block` parks the writer, the others never do. */
export type Overflow = 'block' | 'dropOldest' | 'dropNewest' | 'latest' | 'fail'

/** Bounds of one edge. An edge never holds more than either bound; a writer that would exceed it is parked. */
export interface EdgeOptions {
  /** Items held at most. Default 1,024. */
  readonly capacityItems?: number
  /** Estimated bytes held at most (one item is always let through). Default 64 MiB. */
  readonly capacityBytes?: number
  /** What happens when the edge is full. Default `block`. `latest` is `dropOldest` with room for one item. */
  readonly overflow?: Overflow
}

/**
 * Time as terms see it. Runs take the system clock unless a test hands in a virtual one.
 *
 * There are two times. The wall clock says what people call the time; it can be set, so it jumps both ways. Durations are
 * differences of the monotonic clock, which does not.
 */
export interface Clock {
  /** The wall clock: milliseconds since the epoch. For `ctx.time`, time stamps and timetables. */
  now(): number
  /** Milliseconds since some moment, the same for all threads of a machine; never goes back. For durations. */
  monotonic(): number
  /** Calls `callback` once, after `delayMs` of the monotonic clock, however long; the returned function cancels it. */
  after(delayMs: number, callback: () => void): () => void
}

/** What a term's methods get beside the item. One per node and run. */
export interface Context<State = unknown, Out = unknown> {
  /** The term's state: one structured-cloneable value, so that it can be snapshotted and moved. */
  state: State
  /** When the source emitted the item at hand, in ms since the epoch. Only for terms with `usesTime`. */
  readonly time: number
  /** The node's unique id in its graph. */
  readonly id: string
  /** The run's clock. */
  readonly clock: Clock
  /** Stands for the run on this thread: the same for all its terms here. A key, for terms that share something in a run. */
  readonly run: object
  /** Aborts when the run is cancelled or fails. */
  readonly signal: AbortSignal
  /** Whether checkpoints of the run are taken, so that it may be gone on with after its process has died. */
  readonly isSaved: boolean
  /** Emits an item ahead of what the method returns; in `enter` it seeds a cycle. Held back with the returned one. */
  emit(item: Out): void
  /** Resolves after `delayMs` on the run's clock; rejects when the run is cancelled. */
  sleep(delayMs: number): Promise<void>
}

/** The hooks around a term's items. `exit` runs exactly once for every term whose `enter` was begun. */
export interface LifeCycle<State, Out> {
  /** The state before the first item. */
  initialState?(): State
  /** How the term's work can be shared out, if it can. */
  combiner?(): Combiner<never, State, Out>
  /** Called once before any item. What it emits comes before everything else. */
  enter?(ctx: Context<State, Out>): void | Promise<void>
  /** Called once after the last item of a stream that ended normally; what it returns is emitted. */
  end?(ctx: Context<State, Out>): Iterable<Out> | undefined | void | Promise<Iterable<Out> | undefined | void>
  /** Called exactly once at the very end, also after a failure or a cancel. */
  exit?(ctx: Context<State, Out>): void | Promise<void>
}

/**
 * How the work of a term with a state is shared out: items are folded into partials wherever they are, and partials are
 * merged into the state in the order of the stream. What morsel-driven engines call a pre-aggregation, Beam a CombineFn.
 *
 * However the stream is cut, `merge` must leave the very state, and give the very items, that the term's own function
 * would have: then every strategy and number of workers gives the same answer. A partial is structured-cloneable.
 */
export interface Combiner<in In, State, out Out, Partial = unknown> {
  /** A partial that has seen nothing. */
  begin(): Partial
  /** Takes one item in; may change the partial, and returns it or a new one. */
  add(partial: Partial, item: In): Partial
  /** Takes a partial into `ctx.state`; all that it has seen comes after what the state has seen. Returns what to emit. */
  merge(ctx: { state: State }, partial: Partial): readonly Out[] | void
}

/** What a source is told when it is asked for its splits. */
export interface SplitRequest {
  /** Workers that are going to open splits. */
  readonly workers: number
}

/** What `end` may return: last items to emit, or nothing, or a promise of either. */
export type End<Out> = Iterable<Out> | void | Promise<Iterable<Out> | void>

type ItemFunction = (item: never) => unknown
type ContextFunction = (item: never, ctx: never) => unknown

/**
 * What a leaf term does with an item, in the form the engine can fuse.
 *
 * `undefined` is no item: a function that returns it has filtered its input out. A returned promise parks the
 * stage, not the thread, until it settles.
 */
export type Kernel =
  /** Emits what `generate` yields; an array is read in place, without a copy. */
  | { readonly kind: 'source'; readonly self: object; readonly f: (ctx: never) => unknown }
  /** As `source`, but every yielded value is an array of items. */
  | { readonly kind: 'batches'; readonly self: object; readonly f: (ctx: never) => unknown }
  /** One item in, at most one out. */
  | { readonly kind: 'map'; readonly f: ItemFunction }
  /** Passes the items for which `f` is true. */
  | { readonly kind: 'filter'; readonly f: ItemFunction }
  /** Calls `f`, passes the item. */
  | { readonly kind: 'tap'; readonly f: ItemFunction }
  /** As `map`, called as a method with the context. */
  | { readonly kind: 'apply'; readonly self: object; readonly f: ContextFunction }
  /** `state = f(state, item)`, emitted each time. */
  | { readonly kind: 'scan'; readonly f: (state: never, item: never) => unknown }
  /** `state = f(state, item)`; emits nothing until `end`. */
  | { readonly kind: 'fold'; readonly f: (state: never, item: never) => unknown }
  /** Passes `count` items, then ends its stream and lets its writers stop. */
  | { readonly kind: 'take'; readonly count: number }
  /** One item in, an iterable of items out. */
  | { readonly kind: 'flatMap'; readonly f: ItemFunction }
  /** As `flatMap`, called as a method with the context. */
  | { readonly kind: 'expand'; readonly self: object; readonly f: ContextFunction }
  /** Consumes the item. */
  | { readonly kind: 'sink'; readonly self: object; readonly f: ContextFunction }
  /** As `apply`, with up to `concurrency` calls under way; results in input order if `ordered`. */
  | {
      readonly kind: 'concurrent'
      readonly self: object
      readonly f: ContextFunction
      readonly concurrency: number
      readonly ordered: boolean
    }
  /** Reads its inputs at its own pace. */
  | { readonly kind: 'stream'; readonly self: object; readonly run: (...args: never[]) => Promise<void> }
  /** Joins its inputs item by item as they come; `tagged` wraps each as `{ name, data }`. */
  | { readonly kind: 'merge'; readonly tagged: boolean }

/** The kinds of kernel. */
export type KernelKind = Kernel['kind']

/** The unit that moves: a window on an array of items, never written to after it was sent. */
export interface Batch {
  readonly items: readonly unknown[]
  /** First index that belongs to the batch. */
  readonly from: number
  /** One past the last index. */
  readonly to: number
  /** Source times beside `items` (same indexes); only in graphs where a term reads the time. */
  readonly times: readonly number[] | undefined
  /** Estimated bytes of one item, averaged over the batch. */
  readonly itemBytes: number
}
