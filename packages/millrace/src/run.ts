/** `run` with a choice of scheduler: core's `run`, and what the options ask for beyond it. */

import {
  type AnyTerm,
  type NodePlace,
  type Run,
  type Runnable,
  surveyRun as surveyInline,
  type Term,
} from '@millrace/core'
import { preloadInWorkers, type SchedulerOptions } from '@millrace/scheduler'
import { InvalidOptionsError } from './config/check.ts'
import type { ScheduledRunOptions } from './run-options.ts'
import { optionsOfRun, startRun } from './start-run.ts'

export type { ScheduledRunOptions }

/** Options of a run on this machine. */
export type SurveyOptions = Omit<ScheduledRunOptions, 'scheduler'> & { readonly scheduler?: SchedulerOptions }

preloadInWorkers(import.meta.url)

/**
 * Runs a term under the chosen scheduler. Returns at once; the graph is compiled now, so mistakes in it throw here,
 * and begins to run in the next microtask. Read outputs before that: call `output()` right after `run()`.
 *
 * Every edge is bounded; a slow sink or reader holds the sources back, under every scheduler.
 *
 * @throws {MillraceError} if the graph makes no sense, an option is unknown or out of range, or a name in `terms`
 * matches no term.
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { fromIterable, map, print } from 'millrace/terms'
 *
 * const squares = fromIterable([1, 2, 3]).pipe(map((n) => n * n))
 * const terms = { 'pr*': { capacityItems: 2 } }
 * const summary = await run(squares.pipe(print()), { scheduler: { strategy: 'inline' }, terms }).done
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
  return startRun(term, options)
}

/**
 * Where each term of a run would run under these options, and why. Starts no worker and opens no source. Not for strategy
 * `distributed`: `millrace check MODULE --strategy distributed` shows its tasks.
 *
 * @throws {MillraceError} as `run` would, as far as that can be known.
 * @example
 * ```ts file=squares-of.ts
 * import { graph } from 'millrace'
 * import { fromIterable, map, print } from 'millrace/terms'
 *
 * export default graph(import.meta.url, () => fromIterable([1, 2]).pipe(map((n) => n * n), print()))
 * ```
 * @example
 * ```ts
 * import { surveyRun } from 'millrace'
 * import squares from './squares-of.ts'
 *
 * const places = await surveyRun(squares(), { scheduler: { strategy: 'pool' } })
 * for (const { node, runsOn } of places) console.log(node.id, runsOn)
 * // fromIterable caller
 * // map workers
 * // print caller
 * ```
 */
export async function surveyRun(term: AnyTerm, options: SurveyOptions = {}): Promise<readonly NodePlace[]> {
  if ((options.scheduler?.strategy as string | undefined) === 'distributed') {
    throw new InvalidOptionsError([
      'surveyRun() does not know strategy "distributed". To see what runs where: millrace check MODULE --strategy distributed.',
    ])
  }
  return surveyInline(term, optionsOfRun(options).inner)
}
