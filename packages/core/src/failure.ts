/**
 * What becomes of an item that fails: the types of failure policies and dead letters, and nothing that runs.
 *
 * Read by terms, which carry a policy, by stages, which keep it, and by runs, which report.
 */

/** How often, and after what pauses, a failed call is made again. */
export interface Retry {
  /** Calls beyond the first, at most. */
  readonly attempts: number
  /** Milliseconds before the first of them. Default 0. */
  readonly delayMs?: number
  /** What the pause is multiplied by each time. Default 2. */
  readonly factor?: number
  /** Longest pause, in milliseconds. Default 30,000. */
  readonly maxDelayMs?: number
  /** Share of a pause that is left to chance, from 0 to 1, so that many callers do not come back at once. Default 0.5. */
  readonly jitter?: number
}

/** When a term is to be spared: after `failures` within `windowMs` its items are not even tried. */
export interface Circuit {
  /** Items that failed for good within the window. */
  readonly failures: number
  /** Length of the window, in milliseconds. */
  readonly windowMs: number
  /** After so many milliseconds one item is tried; if it succeeds, all are again. Default: `windowMs`. */
  readonly probeAfterMs?: number
}

/**
 * What becomes of items that a term fails on. Plain data, but for a `fallback` that is a function: so a policy can
 * come from a config file.
 */
export interface FailurePolicy<In = unknown, Out = unknown> {
  /** Calls again before the item counts as failed; a number is that many attempts without pauses. Default 0. */
  readonly retry?: number | Retry
  /**
   * Milliseconds that one call may take; of an async expansion, that one of its items may take. What comes later is
   * ignored, and the call's `ctx.signal` aborts. Default: no limit.
   */
  readonly timeoutMs?: number
  /**
   * What happens once an item has failed for good: `fail` ends the run, `skip` sets the item aside as a dead letter,
   * `fallback` goes on with the fallback in its place. Default `fallback` if there is one, else `fail`.
   */
  readonly onError?: 'fail' | 'skip' | 'fallback'
  /**
   * What takes the place of the result: a value, or a function of the item and the error, which may return a promise.
   * For an expansion it is an iterable of items, for a filter a boolean; a scan emits it, and its state stays. For an
   * action beside the stream and for a sink it is a function that acts in its place.
   */
  readonly fallback?: Out | ((item: In, error: unknown) => Out)
  /** Spares a term that keeps failing. Its items take `onError` untried. Default: never. */
  readonly circuit?: Circuit
}

/** Why an item failed: its term threw, took too long, or took its worker with it; or its circuit was open. */
export type FailureKind = 'error' | 'timeout' | 'worker' | 'circuit'

/** An item that failed for good and was set aside. */
export interface DeadLetter {
  /** Id of the node that failed on it. */
  readonly term: string
  /** What the term was called with: an item, or a row. */
  readonly item: unknown
  /** Calls made. */
  readonly attempts: number
  readonly kind: FailureKind
  /** What was thrown at the last one. */
  readonly error: unknown
  /** When, in ms since the epoch, on the run's clock. */
  readonly time: number
}

/** How often a term failed, and what was done about it. */
export interface FailureCounts {
  /** Items that failed for good because the term threw. */
  readonly error: number
  /** ... because it took too long. */
  readonly timeout: number
  /** ... because it took its worker with it. */
  readonly worker: number
  /** ... untried, because its circuit was open. */
  readonly circuit: number
  /** Calls that were made again. */
  readonly retries: number
  /** Items that went on with the fallback in place of a result. */
  readonly fallbacks: number
  /** Items that were set aside. */
  readonly deadLettered: number
}

/** What failed in a run so far. */
export interface Failures extends FailureCounts {
  /** Items that failed for good, of all kinds. */
  readonly total: number
  /** The same of each term that failed, by its id. */
  readonly byTerm: Readonly<Record<string, FailureCounts>>
}

/** From which share of failed items on a term is told of. */
export interface FailureRateOptions {
  /** Level `warn`. Default 0.01. */
  readonly warnShare?: number
  /** Level `act`: with `onError: 'stop'` the run stops. Default 0.1. */
  readonly actShare?: number
}

/** How large a share of its items a term fails on. */
export interface FailureRate {
  /** Id of the node. */
  readonly term: string
  readonly level: 'ok' | 'warn' | 'act'
  /** Items that failed for good, as a share of those taken, from 0 to 1. */
  readonly share: number
  readonly failed: number
  readonly taken: number
}
