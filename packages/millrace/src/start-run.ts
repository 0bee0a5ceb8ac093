/** `startRun`: core's run with what the options ask for beyond it. Called by `run` and by `millrace run`. */

import {
  type AnyTerm,
  type Graph,
  type MakeEngine,
  type Run,
  type Runnable,
  type RunOptions,
  run as runInline,
  type Term,
} from '@millrace/core'
import { placementFor } from '@millrace/scheduler'
import { checkpointOption } from './checkpoint/checkpoint-option.ts'
import { checkOptions, InvalidOptionsError } from './config/check.ts'
import { mistakesInScheduler } from './config/check-scheduler.ts'
import { withProfileOf } from './config/profile.ts'
import type { RunConfig } from './config/settings.ts'
import { applyTerms, mistakesInTerms, type TermsConfig } from './config/term-options.ts'
import type { CommandPart } from './distributed/engine-of-hosts.ts'
import type { DistributedOptions } from './distributed/options.ts'
import { serveMetrics } from './metrics/server.ts'
import type { ScheduledRunOptions } from './run-options.ts'
import { attachPage } from './ui/attach.ts'
import { withCluster } from './with-cluster.ts'

/** As `run`, for the command, which starts hosts by its own flags. */
export function startRun<In, Out>(
  term: Term<In, Out> & Runnable<In>,
  options: ScheduledRunOptions,
  command?: CommandPart,
): Run<Out> {
  const { inner, ui, metrics, strategy } = optionsOfRun(options, { term, command })
  const running = runInline(term, inner)
  if (ui !== false) attachPage(running as Run, term, ui === true ? {} : ui, strategy)
  if (metrics !== undefined) serveMetrics(running, metrics === true ? {} : metrics)
  return running
}

/** What is run, and for which command if it is for one. */
interface Started {
  readonly term: AnyTerm
  readonly command: CommandPart | undefined
}

/** Options that say something of an engine in this process. */
const OF_THIS_PROCESS = ['clock', 'pick', 'replay', 'taps', 'onSpan']

function overHosts({ term, command }: Started, config: RunConfig, live: readonly string[]): MakeEngine {
  return async (setup) => {
    const { engineOfHosts } = await withCluster(() => import('./distributed/engine-of-hosts.ts'))
    const others = OF_THIS_PROCESS.filter((name) => live.includes(name))
    const options = config.scheduler as unknown as DistributedOptions
    return engineOfHosts(setup, { term, config, options, others, command })
  }
}

/** The options of `run`, by who takes them. @throws {InvalidOptionsError} with a line for each mistake. */
export function optionsOfRun(options: ScheduledRunOptions, over?: Started) {
  const { config, live: given } = checkOptions(options)
  const mistakes = mistakesInScheduler(config.scheduler)
  if (mistakes.length > 0) throw new InvalidOptionsError(mistakes)
  const { ui = false, metrics, ...live } = given
  const all = withProfileOf(config)
  const { scheduler = {}, terms, checkpoint, ...rest } = all
  const isOverHosts = over !== undefined && (scheduler.strategy as string) === 'distributed'
  const placement = isOverHosts ? undefined : placementFor(scheduler)
  const inner: RunOptions = {
    ...rest,
    ...live,
    ...(placement === undefined ? {} : { placement }),
    ...(isOverHosts ? { engine: overHosts(over, all, Object.keys(live)) } : {}),
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
