/** What can be chosen of a scheduler. Validation of what users write in files and flags is `millrace`'s. */

/** Where the terms of a graph run. */
export type Strategy = 'inline' | 'dedicated' | 'pool' | 'work-stealing' | 'hybrid'

/** Options of a scheduler. */
export interface SchedulerOptions {
  /** Default `inline`: everything on the caller's thread. */
  readonly strategy?: Strategy
  /**
   * Workers at most. Default: the processors that the process may use, container quota included; for `dedicated` as many
   * as there are terms; with a number, terms share so many. `hybrid` gives each source a worker beside these.
   */
  readonly workers?: number
  /** `process` runs workers as child processes: slower to reach, but a crash takes nothing else down. Default `thread`. */
  readonly isolation?: 'thread' | 'process'
  /** A worker that has been idle for so many ms ends. Default 10,000. */
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
