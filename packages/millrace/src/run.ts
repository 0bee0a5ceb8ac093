/** `run` with a choice of scheduler: core's `run`, and the placement that the options ask for. */

import { type Run, type Runnable, type RunOptions, run as runInline, type Term } from '@millrace/core'
import { placementFor, type SchedulerOptions } from '@millrace/scheduler'

/** Options of `run`: core's, and the scheduler's. */
export interface ScheduledRunOptions extends Omit<RunOptions, 'placement'> {
  /** Where the terms run. Default: on the caller's thread. */
  readonly scheduler?: SchedulerOptions
}

/**
 * Runs a term under the chosen scheduler. Returns at once; the graph is compiled now, so mistakes in it throw here,
 * and begins to run in the next microtask. Read outputs before that: call `output()` right after `run()`.
 *
 * Every edge is bounded; a slow sink or reader holds the sources back, under every scheduler.
 *
 * @throws {MillraceError} if the graph makes no sense or an option is out of range.
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { fromIterable, map, print } from 'millrace/terms'
 *
 * const squares = fromIterable([1, 2, 3]).pipe(map((n) => n * n))
 * const summary = await run(squares.pipe(print()), { scheduler: { strategy: 'inline' } }).done
 * // 1
 * // 4
 * // 9
 * console.log(summary.items.in, summary.items.out) // 3 3
 * ```
 */
export function run<In, Out>(
  term: Term<In, Out> & Runnable<In>,
  options: ScheduledRunOptions = {},
): Run<Out> {
  const { scheduler = {}, ...rest } = options
  const placement = placementFor(scheduler)
  return runInline(term, placement === undefined ? rest : { ...rest, placement })
}
