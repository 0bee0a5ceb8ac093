/** What can be chosen of a scheduler. Validation of what users write in files and flags is `millrace`'s. */

/** Where the terms of a graph run. */
export type Strategy = 'inline' | 'dedicated' | 'pool' | 'work-stealing' | 'hybrid'

/** What work is like: it computes, it waits, it does both, or it needs little memory. */
export type Profile = 'cpu' | 'io' | 'mixed' | 'memory'

/** Options of a scheduler. */
export interface SchedulerOptions {
  /** Default `inline`: everything on the caller's thread. */
  readonly strategy?: Strategy
  /** A set of defaults for one kind of work, as the table in `profiles.ts` says. What is set beside it wins. Default: none. */
  readonly profile?: Profile
  /**
   * Workers at most. Default: the processors that the process may use, container quota included; for `dedicated` as many
   * as there are terms; with a number, terms share so many. `hybrid` gives each source a worker beside these.
   */
  readonly workers?: number
  /**
   * Whose threads `pool` and `work-stealing` share. `machine`: with other programs of this user that have workers, all get
   * the same share of 4 threads per processor (2 while the processors are crowded), one at least; workers in use are not taken
   * away. `process`: this process may have 4 per processor whatever others do. A number: so many, for all runs of this process from
   * now on. Default `machine` if neither `workers` nor `profile` is set, else `process`.
   */
  readonly budget?: 'machine' | 'process' | number
  /**
   * Workers at least: so many, once started, do not end while a run lasts, however idle; and `adaptive` goes no lower.
   * `workers` at most. Default 0: none is kept, though a run that has work for one has one.
   */
  readonly minWorkers?: number
  /**
   * Moves the number of workers between `minWorkers` and `workers`: up by one while all are busy and batches wait, down by
   * a quarter while few are busy and none waits. Default false: as many as there may be.
   */
  readonly adaptive?: boolean
  /** A batch for a worker is sized to keep it busy for about so many ms. Default 16. */
  readonly batchMs?: number
  /** `process` runs workers as child processes: slower to reach, but a crash takes nothing else down. Default `thread`. */
  readonly isolation?: 'thread' | 'process'
  /** A worker that has been idle for so many ms ends, but for `minWorkers` of them. Default 10,000. */
  readonly idleTimeoutMs?: number
  /** Heap of one worker at most, in MiB. Default: Node's. */
  readonly heapLimitMb?: number
  /**
   * Where terms with a state run under strategies that send batches to workers: `workers`, `caller`, or `auto`: on the
   * caller's thread until they have shown that they are heavy. Default `auto`.
   */
  readonly stateful?: 'auto' | 'workers' | 'caller'
  /**
   * What to do with what cannot be had as asked for. `refuse`: fail. `inline`: terms that workers cannot build run on
   * the caller's thread. `share`: under `dedicated`, terms share workers where there are not enough for all.
   * Default `refuse`.
   */
  readonly fallback?: 'refuse' | 'inline' | 'share'
}
