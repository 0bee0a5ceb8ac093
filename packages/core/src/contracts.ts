/**
 * The whole machine on one page: what a term tells the engine, what moves between terms, what a run reports.
 *
 * Every other file of the package builds on these types. Nothing here runs.
 */

import type { Failures } from './failure.ts'

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
  /** Aborts when the run is cancelled or fails. */
  readonly signal: AbortSignal
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

/**
 * Where the items of a run went. Exactly:
 * `in + copied + expanded = out + filtered + joined + dropped + deadLettered + unmatched + discarded`.
 */
export interface Ledger {
  /** Items emitted by sources, by `enter` and by `end`. */
  readonly in: number
  /** Further copies made where one port has several readers. */
  readonly copied: number
  /** Items that terms made beyond one per input. */
  readonly expanded: number
  /** Items consumed by sinks or that left through open ports. */
  readonly out: number
  /** Inputs that gave no output: filtered, folded into a state, or beyond a `take`. */
  readonly filtered: number
  /** Items that became part of a row with another item. */
  readonly joined: number
  /** Items dropped by an edge's overflow policy. */
  readonly dropped: number
  /** Items that failed for good and were set aside. */
  readonly deadLettered: number
  /** Items left over at a term with several inputs when one of them ended, or that `enrich` had no row for. */
  readonly unmatched: number
  /** Items still under way when the run was cancelled or failed. */
  readonly discarded: number
}

/** Figures of one node (one term of a graph) so far. */
export interface NodeStats {
  readonly id: string
  /** Items (rows, for several inputs) taken. */
  readonly in: number
  /** Items given. */
  readonly out: number
  /** Inputs that gave no output. */
  readonly filtered: number
  /** Items left over when one of several inputs ended, or for which a join had no partner; if there are any. */
  readonly unmatched?: number
  /** The stage the node belongs to: neighbours that are fused share one. */
  readonly stage: number
}

/**
 * Figures of one stage so far. The three shares are of the run's elapsed time, each from 0 to 1, and add up to 1.
 *
 * On workers a stage counts as busy while at least one of its batches is on its way. A `StreamTerm` reads in a loop of
 * its own, whose time cannot be told from waiting: it counts as idle.
 */
export interface StageStats {
  readonly index: number
  /** Ids of the fused nodes, first to last. */
  readonly nodes: readonly string[]
  /** Where its terms run now. A stage with a state may move in mid-run. */
  readonly runsOn: 'caller' | 'workers'
  /** Id of the node that now waits for something outside of the graph: a promise, a timer, an asynchronous source. */
  readonly waitsIn?: string
  /** Times the stage was run. */
  readonly activations: number
  /** Time spent in its terms, in ms, summed over all threads. */
  readonly busyMs: number
  /** Share of the time in which it was at work. */
  readonly busyShare: number
  /** Share of the time in which an edge behind it was full. */
  readonly backpressuredShare: number
  /** The rest: it had no input, waited for a promise or for its turn. */
  readonly idleShare: number
  /** Items that wait on its input edges now. */
  readonly queuedItems: number
  /** Mean number of items that it takes in one go; 0 before the first. */
  readonly meanBatchItems: number
  /** Estimated bytes sent to workers; from one item of each batch. */
  readonly sentBytes: number
  /** Estimated bytes that came back from workers; from one item of each reply. */
  readonly receivedBytes: number
}

/** Figures of one edge so far. */
export interface EdgeStats {
  readonly from: string
  readonly to: string
  /** Items held now. */
  readonly items: number
  /** Most items ever held. */
  readonly peakItems: number
  /** Estimated bytes held now. */
  readonly bytes: number
  /** Bound in items; grows only to resolve a stall. */
  readonly capacityItems: number
  readonly sent: number
  readonly dropped: number
}

/** The threads of a run. All are 0 for a run on the caller's thread. */
export interface ThreadStats {
  /** Threads that the run may use beside the caller's. */
  readonly budget: number
  /** Threads in use at the same time at most. */
  readonly peak: number
  /** Threads that could not be created, or were lost. */
  readonly errors: number
  readonly health: Health
  /** Figures of each worker that has done something. */
  readonly workers: readonly WorkerStats[]
}

/**
 * - `green`: all is as it should be; also for a run that wants no threads.
 * - `yellow`: threads are missing, thread errors are over 1 % of the activations, or memory runs short.
 * - `red`: there is no thread at all, so everything runs on the caller's, or errors are over 10 %.
 */
export type HealthLevel = 'green' | 'yellow' | 'red'

/** How well off a run is for threads, and why, by cause. */
export interface Health {
  readonly level: HealthLevel
  /** Threads that are wanted and not there now. They are asked for again, at most once a second. */
  readonly missing: number
  /** Times the process's budget had no thread left. That makes a run smaller, and is no error. */
  readonly denied: number
  /** Threads that the machine refused to create. */
  readonly refused: number
  /** Threads that died, or were ended because they did not answer. */
  readonly lost: number
  /** The share of the memory limit in use, from 0 to 1, while batches or workers are fewer because of it. */
  readonly memoryShare?: number
}

/** One worker of a run. */
export interface WorkerStats {
  readonly id: number
  readonly activations: number
  /** Time spent in the run's terms, in ms. */
  readonly busyMs: number
  /** `busyMs` as a share of the run's elapsed time so far, from 0 to 1. */
  readonly utilisation: number
  /** JavaScript heap in use after its last activation, in bytes. */
  readonly heapBytes: number
  /** Threads that were lost in its place before it; each new one has an id of its own. */
  readonly restarts: number
  /** Under `work-stealing`: what it has done to find work. */
  readonly stealing?: StealingStats
}

/** What a worker under `work-stealing` has done to find work, in all its runs. */
export interface StealingStats {
  /** Requests that brought work. */
  readonly steals: number
  /** Requests made. */
  readonly attempts: number
  /** Batches, or parts of them, that came from other workers. */
  readonly stolen: number
  /** Times it went to sleep. */
  readonly parks: number
  /** Batches by the time they waited: entry `i` counts those of up to 2^i µs. */
  readonly queueLatency: readonly number[]
  /** Batches by the time they took, in the same classes. */
  readonly runTime: readonly number[]
}

/** A run's figures at one moment. */
export interface Stats {
  /** Milliseconds since the run began, on the machine's monotonic clock. */
  readonly elapsedMs: number
  readonly items: Ledger
  /** What failed, and what became of it. */
  readonly failures: Failures
  readonly nodes: readonly NodeStats[]
  readonly stages: readonly StageStats[]
  readonly edges: readonly EdgeStats[]
  /** Times an edge was grown to resolve a stall. */
  readonly grown: number
  readonly threads: ThreadStats
}

/**
 * How a run ended: `completed` (all streams ended), `stopped` (drained after `stop()`), `failed` (drained after a failure,
 * with `onError: 'stop'`).
 */
export type Outcome = 'completed' | 'stopped' | 'failed'

/** How much of what a run took in has come to its end. */
export interface Completeness {
  /** Whether the run ended of itself, and nothing was given up. */
  readonly isComplete: boolean
  /** Items that sinks consumed, or that left through open ports. */
  readonly delivered: number
  /** Items that were set aside, dropped by an edge, or still under way at the end. */
  readonly givenUp: number
  /** What was delivered as a share of both, from 0 to 1; 1 if there was nothing. */
  readonly share: number
}
