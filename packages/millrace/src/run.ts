/** `run` with a choice of scheduler: core's `run`, and what the options ask for beyond it. */

import {
  type AnyTerm,
  type Graph,
  type NodePlace,
  type Run,
  type Runnable,
  type RunOptions,
  run as runInline,
  surveyRun as surveyInline,
  type Term,
} from '@millrace/core'
import { placementFor, preloadInWorkers, type SchedulerOptions } from '@millrace/scheduler'
import { checkpointOption, type RunCheckpointOptions } from './checkpoint/checkpoint-option.ts'
import { checkOptions, InvalidOptionsError } from './config/check.ts'
import { withProfileOf } from './config/profile.ts'
import type { TermOptions } from './config/settings.ts'
import { applyTerms, mistakesInTerms, type TermsConfig } from './config/term-options.ts'
import { type MetricsOptions, serveMetrics } from './metrics/server.ts'
import { attachPage, type RunUiOptions } from './ui/attach.ts'

preloadInWorkers(import.meta.url)

/** Options of `run`: core's, the scheduler's, and those of single terms. Files and the environment are not read. */
export interface ScheduledRunOptions extends Omit<RunOptions, 'placement' | 'checkpoint' | 'settle'> {
  /**
   * Saves the run now and then, so that the same call goes on from there if the process dies: under inline, pool and
   * work-stealing. Default: never. See docs/checkpoints.md.
   */
  readonly checkpoint?: RunCheckpointOptions
  /**
   * Serves `/metrics` in Prometheus' format, `/livez` and `/readyz` (503 before the start and while the run drains) until the
   * run has ended; keeps no process alive. `true` is port 9464 of 127.0.0.1. Default: no server.
   */
  readonly metrics?: true | MetricsOptions
  /** Where the terms run. Default: on the caller's thread. */
  readonly scheduler?: SchedulerOptions
  /**
   * Settings of single terms for this run, by their name or by a glob (`*`, `?`); they win over the graph's own. Where
   * several match, the later one wins, setting by setting.
   */
  readonly terms?: Readonly<Record<string, TermOptions>>
  /**
   * Serves a page that shows the run, on this machine; its address is printed. `true`, or how to serve it. A run whose page
   * cannot be served is cancelled, with the reason. Default false. See docs/watching.md.
   */
  readonly ui?: boolean | RunUiOptions
}

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
  const { inner, ui, metrics, strategy } = optionsOfRun(options)
  const running = runInline(term, inner)
  if (ui !== false) attachPage(running as Run, term, ui === true ? {} : ui, strategy)
  if (metrics !== undefined) serveMetrics(running, metrics === true ? {} : metrics)
  return running
}

/**
 * Where each term of a run would run under these options, and why. Starts no worker and opens no source.
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
export async function surveyRun(
  term: AnyTerm,
  options: ScheduledRunOptions = {},
): Promise<readonly NodePlace[]> {
  return surveyInline(term, optionsOfRun(options).inner)
}

/** The options of `run`, by who takes them. @throws {InvalidOptionsError} with a line for each mistake. */
function optionsOfRun(options: ScheduledRunOptions) {
  const { config, live: given } = checkOptions(options)
  const { ui = false, metrics, ...live } = given
  const { scheduler = {}, terms, checkpoint, ...rest } = withProfileOf(config)
  const placement = placementFor(scheduler)
  const inner: RunOptions = {
    ...rest,
    ...live,
    ...(placement === undefined ? {} : { placement }),
    ...(terms === undefined ? {} : { settle: (graph: Graph) => settleTerms(graph, terms) }),
    ...(checkpoint === undefined ? {} : { checkpoint: checkpointOption(checkpoint) }),
  }
  return { inner, ui, metrics, strategy: scheduler.strategy ?? 'inline' }
}

/** @throws {InvalidOptionsError} for names in `terms` that match no term. */
function settleTerms(graph: Graph, terms: TermsConfig): void {
  const mistakes = mistakesInTerms(graph, terms)
  if (mistakes.length > 0) throw new InvalidOptionsError(mistakes)
  applyTerms(graph, terms)
}
