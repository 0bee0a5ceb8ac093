/** `run` with a choice of scheduler: core's `run`, and what the options ask for beyond it. */

import {
  compileGraph,
  type Run,
  type Runnable,
  type RunOptions,
  run as runInline,
  type Term,
} from '@millrace/core'
import { placementFor, preloadInWorkers, type SchedulerOptions } from '@millrace/scheduler'
import { checkpointOption, type RunCheckpointOptions } from './checkpoint/checkpoint-option.ts'
import { checkOptions, InvalidOptionsError } from './config/check.ts'
import { withProfileOf } from './config/profile.ts'
import type { TermOptions } from './config/settings.ts'
import { applyTerms, mistakesInTerms } from './config/term-options.ts'

preloadInWorkers(import.meta.url)

/** Options of `run`: core's, the scheduler's, and those of single terms. Files and the environment are not read. */
export interface ScheduledRunOptions extends Omit<RunOptions, 'placement' | 'checkpoint'> {
  /**
   * Saves the run now and then, so that the same call goes on from there if the process dies: under inline, pool and
   * work-stealing. Default: never. See docs/checkpoints.md.
   */
  readonly checkpoint?: RunCheckpointOptions
  /** Where the terms run. Default: on the caller's thread. */
  readonly scheduler?: SchedulerOptions
  /**
   * Settings of single terms for this run, by their name or by a glob (`*`, `?`); they win over the graph's own. Where
   * several match, the later one wins, setting by setting.
   */
  readonly terms?: Readonly<Record<string, TermOptions>>
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
  const { config, live } = checkOptions(options)
  const { scheduler = {}, terms, checkpoint, ...rest } = withProfileOf(config)
  const placement = placementFor(scheduler)
  const inner: RunOptions = {
    ...rest,
    ...live,
    ...(placement === undefined ? {} : { placement }),
    ...(checkpoint === undefined ? {} : { checkpoint: checkpointOption(checkpoint) }),
  }
  if (terms === undefined) return runInline(term, inner)

  const graph = compileGraph(term)
  const mistakes = mistakesInTerms(graph, terms)
  if (mistakes.length > 0) throw new InvalidOptionsError(mistakes)
  const { restoreBounds, restore } = applyTerms(graph, terms)
  try {
    return runInline(term, inner).once('end', restore)
  } catch (error) {
    restore()
    throw error
  } finally {
    restoreBounds()
  }
}
