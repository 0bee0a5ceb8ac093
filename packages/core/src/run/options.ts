/** What a run takes and gives: options, summary, events. */

import type { Clock, EdgeOptions } from '../contracts.ts'
import type { LazyPlacement, Placement } from '../engine/placement.ts'
import type { MakeEngine, Notice } from '../engine/run-engine.ts'
import type { DeadLetter, FailureRate, FailureRateOptions, Failures } from '../failure.ts'
import type { Graph } from '../graph/graph.ts'
import type { Replay } from '../graph/replay.ts'
import type { Tap } from '../graph/tap.ts'
import type {
  AsyncCall,
  CallerStats,
  Completeness,
  EdgeStats,
  Health,
  Ledger,
  NodeStats,
  Outcome,
  Span,
  StageStats,
  Stats,
  ThreadStats,
} from '../stats.ts'
import type { ResultOf } from '../term/sink-term.ts'
import type { Term } from '../term/term.ts'
import type { CheckpointInfo, CheckpointOptions, CheckpointSummary, ResumeInfo } from './checkpoint/store.ts'

/** Options of `run`. All are optional. */
export interface RunOptions {
  /** Cancels the run when it aborts. */
  readonly signal?: AbortSignal
  /** Time for the run's terms. Default: the system's. */
  readonly clock?: Clock
  /** Bounds of every edge that sets none of its own. */
  readonly edges?: EdgeOptions
  /** Items in one batch at most. Default 1,024. */
  readonly batchItems?: number
  /** An edge that blocks a stalled graph grows up to this many items before the run fails. Default 1,048,576. */
  readonly growthLimitItems?: number
  /**
   * Freezes items, deep down, and looks at states: a term that changes its item, or a state that it has given, fails, under
   * every strategy alike. Costs time; for tests and for looking for the cause of a difference. Default false.
   */
  readonly strict?: boolean
  /**
   * What a failure does to the run, where the policy of the term that failed is `fail`. `abort` ends it at once. `stop`
   * sets the item aside and stops the sources; what is sound goes on to the sinks, and the summary tells results,
   * the first error, and how complete they are. A failure that nothing can go on from (in `enter`, of a lost worker)
   * aborts in any case. Default `abort`.
   */
  readonly onError?: 'abort' | 'stop'
  /** When to tell that a term fails on too many of its items: the event `failureRate`. */
  readonly failureRate?: FailureRateOptions
  /**
   * Feeds items to single terms, by their ids, in place of what the sources give: for items that an earlier run set
   * aside. Each enters its term as it was given to it, rows as rows. What these terms do not lead to does not run; a join
   * behind gets nothing from elsewhere; states begin again. Sinks that would replace a file of an earlier run are refused,
   * unless `overwrite` is true.
   */
  readonly replay?: Replay
  /** Looks at items where they leave terms. Not together with checkpoints, which would hold the lookouts. */
  readonly taps?: readonly Tap[]
  /** Whether a replay may put its results in the place of those of an earlier run. Default false. */
  readonly overwrite?: boolean
  /**
   * Called after each activation of a stage, and with each batch that comes back from a worker; under `dedicated` with each
   * report of a worker, at most 100 ms later. The spans of a thread add up to its `busyMs`. For traces; must be quick, and
   * must not throw. Default: nothing is called, and nothing is measured for it.
   */
  readonly onSpan?: (span: Span) => void
  /** Emits a `stats` event each so many ms. Default: never. */
  readonly statsEveryMs?: number
  /** A stage that could run and has not for so many ms is starving. Looked for while `starvation` is listened to. Default 1,000. */
  readonly starvationMs?: number
  /**
   * Milliseconds that a run waits for clean-up when a term is let go: for its `exit`, the `return()` of its iterators,
   * and an `acknowledge` that is under way.
   * Then it ends without, and fails with a `CleanUpTimeoutError` unless it has failed or was cancelled before.
   * Default 10,000.
   */
  readonly cleanupTimeoutMs?: number
  /** Picks the next of `count` ready stages, as an index: for tests that replay a schedule. */
  readonly pick?: (count: number) => number
  /** Saves the run now and then, so that the same call goes on from there if the process dies. Default: never. */
  readonly checkpoint?: CheckpointOptions
  /**
   * Settles what this run says of single nodes, in place of what their terms say: bounds of edges, policies for failures,
   * whether they are local. Called once, before policies are checked; the graph is this run's own. Default: as the terms say.
   */
  readonly settle?: (graph: Graph) => void
  /** What a scheduler brings to this run, or how to get it. Default: everything runs on the caller's thread. */
  readonly placement?: Placement | LazyPlacement
  /** What moves the items, if that is not an engine in this process. Not together with a placement. Default: one in this process. */
  readonly engine?: MakeEngine
}

/** What a run reports once it has ended normally, or was drained after a failure. */
export interface Summary {
  readonly outcome: Outcome
  /** The first failure, if the outcome is `failed`. */
  readonly error?: unknown
  readonly completeness: Completeness
  readonly elapsedMs: number
  /** Where every item went. */
  readonly items: Ledger
  /** What failed, and what became of it. */
  readonly failures: Failures
  readonly nodes: readonly NodeStats[]
  readonly stages: readonly StageStats[]
  readonly edges: readonly EdgeStats[]
  /** Times an edge was grown to resolve a stall. */
  readonly grown: number
  readonly caller: CallerStats
  readonly threads: ThreadStats
  /** Of a run with checkpoints. Where it was resumed, `items`, `nodes` and `edges` count from the very begin. */
  readonly checkpoint?: CheckpointSummary
  /** The sinks' results by node id. */
  readonly results: Readonly<Record<string, unknown>>
  /** The result of one sink. @throws {WrongStateError} if the term is no sink of this run. */
  result<Sink extends Term<never, never>>(sink: Sink): ResultOf<Sink>
}

/** The events of a run and what their listeners get. */
export interface RunEvents {
  /** All terms have been entered; items begin to move. */
  start: []
  /** Each `statsEveryMs`. */
  stats: [stats: Stats]
  /** An edge was grown to resolve a stall. */
  stall: [edge: EdgeStats]
  /** The threads are better or worse off than before. At the start only if they are not all there. */
  health: [health: Health]
  /**
   * A stage has been ready for `starvationMs` and has not run, or had no place on a worker. Once, until it runs. Listen
   * right after `run()`: a run that nobody listens to by its start does not look.
   */
  starvation: [stage: StageStats]
  /**
   * A term fails on a larger or smaller share of its items than before: the level has changed. Looked for four times a
   * second, once a term has taken 100 items, and at the end. Listen right after `run()`.
   */
  failureRate: [rate: FailureRate]
  /**
   * A call of an async term on the caller's thread is over. Where nothing listens, calls are not measured. For traces: a
   * listener must be quick.
   */
  call: [call: AsyncCall]
  /** An item failed for good and was set aside. */
  deadLetter: [letter: DeadLetter]
  /** A checkpoint was written: should the process die, the next run goes on from it. */
  checkpoint: [checkpoint: CheckpointInfo]
  /** The run goes on from a checkpoint. */
  resume: [from: ResumeInfo]
  /** Over hosts: one takes part, or does so no longer; the servers do not answer. */
  notice: [notice: Notice]
  /** The first failure. */
  error: [error: unknown]
  /** The run has ended, well or not; nothing follows. */
  end: []
}
