/**
 * What a run reports, while it goes on and at its end: the ledger, and the figures of nodes, stages, edges and threads.
 *
 * Made by engines, schedulers and `run`, read by all who watch. Nothing here runs.
 */

import type { Overflow } from './contracts.ts'
import type { Failures } from './failure.ts'

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
  /** Items left over at a term with several inputs when one of them ended, or for which a join had no partner. */
  readonly unmatched: number
  /** Items still under way when the run was cancelled or failed. */
  readonly discarded: number
}

/** How far a source is, of a whole that is known. */
export interface SourceProgress {
  readonly done: number
  readonly total: number
  /** What is counted: items given, or bytes read. */
  readonly unit: 'items' | 'bytes'
}

/** What a term draws while the run goes on: lines over one axis. */
export interface TermPicture {
  readonly title: string
  readonly mark: 'line' | 'point' | 'bar'
  /** What x is: a number, milliseconds since the epoch, or the place of a text in `labels`. */
  readonly xKind: 'number' | 'time' | 'text'
  readonly labels?: readonly string[]
  /** Ascending. */
  readonly x: readonly number[]
  /** For each x a value; `null` is a gap. */
  readonly lines: readonly { readonly name: string; readonly y: readonly (number | null)[] }[]
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
  /**
   * Share of its stage's time, at work or awaiting something, that was this term's, from 0 to 1. In a stage of several
   * terms work is estimated from samples of a few items; absent as long as nothing is known.
   */
  readonly stageShare?: number
  /** Of a source that knows its whole: how far it is. */
  readonly progress?: SourceProgress
}

/**
 * What a stage did with the run's time, in ms. Each figure only grows, and busy, waiting, backpressured and idle add up to the run's elapsed time: so
 * differences between two snapshots tell what it did in between.
 */
export interface StageTime {
  /** At work: in its terms. On workers, while a batch is on its way and no promise of a term is waited for. */
  readonly busyMs: number
  /**
   * It had something to do that it could not go on with: a promise was under way, a `StreamTerm` was at work in a loop of
   * its own, or input was queued and the thread was at something else.
   */
  readonly waitingMs: number
  /** Of `waitingMs`: for promises, timers and what a source or a `StreamTerm` does by itself; the rest is for its turn. */
  readonly awaitedMs: number
  /** An edge behind it was full. */
  readonly backpressuredMs: number
  /** It had no input. */
  readonly idleMs: number
}

/** Figures of one stage so far. The four shares are of the run's elapsed time, each from 0 to 1, and add up to 1. */
export interface StageStats extends StageTime {
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
  readonly processingMs: number
  /** `busyMs` as a share. */
  readonly busyShare: number
  /** `waitingMs` as a share. */
  readonly waitingShare: number
  /** `backpressuredMs` as a share. */
  readonly backpressuredShare: number
  /** `idleMs` as a share. */
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

/** How often something took how long. Each figure only grows; `quantileMs` reads it, also between two snapshots. */
export interface Durations {
  readonly count: number
  readonly sumMs: number
  /**
   * Entry `i` counts those of up to 2^i µs that are too long for the one before; the 30th all that are longer, too. Without
   * the zeros at the end.
   */
  readonly classes: readonly number[]
}

/** Figures of one edge so far. */
export interface EdgeStats {
  /**
   * `queue`: it holds items. `fused`: inside of a stage, where items go from one term to the next without a queue; it
   * holds nothing, and what it has no figure for is 0.
   */
  readonly kind: 'queue' | 'fused'
  /** Id of the node that writes to it. */
  readonly from: string
  /** The writer's output port: `out` where there is just one. */
  readonly output: string
  /** Id of the node that reads it, or `output(name)`. */
  readonly to: string
  /** The reader's input port. */
  readonly input: string
  /** Items held now. */
  readonly items: number
  /** Most items ever held. */
  readonly peakItems: number
  /** Estimated bytes held now. */
  readonly bytes: number
  /** Bound in items; grows only to resolve a stall. */
  readonly capacityItems: number
  /** Bound in estimated bytes; grows only to resolve a stall. */
  readonly capacityBytes: number
  /** How full it is, from 0 to 1: by items or by bytes, whichever is more. */
  readonly fill: number
  readonly overflow: Overflow
  /** How long its writer was held back because this edge was full, in ms. Only grows. */
  readonly blockedMs: number
  /** How long its writer was held back each time, once it could go on; if it ever was. */
  readonly waits?: Durations
  readonly sent: number
  readonly dropped: number
}

/** What one thread did for one stage in one go; see the option `onSpan`. */
export interface Span {
  /** The worker's id, as in `WorkerStats`; 0 is the caller's thread. */
  readonly worker: number
  /** Ids of the stage's nodes. */
  readonly nodes: readonly string[]
  /** When it began, in ms on the machine's monotonic clock. */
  readonly beginMs: number
  /** How long terms were at work. */
  readonly durationMs: number
  /** How long promises of terms were waited for in between; on workers alone. */
  readonly waitedMs: number
}

/** A call of an async term: from the moment that its promise was waited for until that was over; see the event `call`. */
export interface AsyncCall {
  /** Id of the term. */
  readonly node: string
  /** When it began, in ms on the machine's monotonic clock. */
  readonly beginMs: number
  readonly durationMs: number
  /** `letGo`: the run was cancelled or failed meanwhile. A call that is made again after it has failed is told each time. */
  readonly outcome: 'settled' | 'failed' | 'letGo'
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
  /** What the program has beside others of the same user that have workers on this machine; absent if it asks nobody. */
  readonly machine?: MachineStats
  /** Figures of each worker that has done something. */
  readonly workers: readonly WorkerStats[]
}

/** Several programs on one machine: see the option `budget`. */
export interface MachineStats {
  /** Threads that this program may have. */
  readonly share: number
  /** The other programs, by process id, with the threads that each has. */
  readonly others: readonly { readonly pid: number; readonly threads: number }[]
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
  /** Time spent in the run's terms, in ms: without what they waited for promises. */
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

/** What the caller's thread did for the run. */
export interface CallerStats {
  /** Time spent in stages, in ms. */
  readonly busyMs: number
  /** `busyMs` as a share of the run's elapsed time so far, from 0 to 1. */
  readonly utilisation: number
}

/**
 * Where a run stands: `starting` (terms are entered, workers load the module), `running`, `paused`, `draining` (after
 * `stop()`, a failure with `onError: 'stop'`, or a cancel, until every term has exited), `ended`.
 */
export type RunPhase = 'starting' | 'running' | 'paused' | 'draining' | 'ended'

/** What checkpoints have cost a run so far. */
export interface CheckpointStats {
  /** Each from the moment it is of until it was safe. */
  readonly durations: Durations
  /** Size of the newest; 0 before the first. */
  readonly bytes: number
}

/** A run's figures at one moment. */
export interface Stats {
  readonly phase: RunPhase
  /** Milliseconds since the run began, on the machine's monotonic clock. */
  readonly elapsedMs: number
  readonly items: Ledger
  /** What failed, and what became of it. */
  readonly failures: Failures
  readonly nodes: readonly NodeStats[]
  readonly stages: readonly StageStats[]
  /** Those that hold items first, then those inside of stages. */
  readonly edges: readonly EdgeStats[]
  /** Times an edge was grown to resolve a stall. */
  readonly grown: number
  readonly caller: CallerStats
  readonly threads: ThreadStats
  /** Of a run with checkpoints. */
  readonly checkpoints?: CheckpointStats
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
