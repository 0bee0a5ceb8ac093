/**
 * What can be said of a graph without running it: where each strategy would run its terms and why, and which settings come to
 * nothing. Called by `millrace check`. Opens no source and starts no worker.
 */

import { type AnyTerm, BadInputError, compileGraph, MillraceError } from '@millrace/core'
import { checkTerms } from '../config/check-terms.ts'
import type { ResolvedConfig } from '../config/resolve.ts'
import { commandStrategies, type RunConfig } from '../config/settings.ts'
import { inModule } from '../load-term.ts'
import { codeOf } from '../report/error.ts'
import { type SurveyOptions, surveyRun } from '../run.ts'
import { withCluster } from '../with-cluster.ts'
import { checkAddresses, checkModuleTerms } from './addresses.ts'
import { effectless } from './effectless.ts'
import type { CheckedTerm, CommandStrategy, GraphReport, Remark, TermPlace } from './report.ts'

type Places = ReadonlyMap<string, TermPlace>

/**
 * Looks at a graph under the settings that hold for it.
 *
 * @throws {BadInputError} for what would keep the run from beginning under the chosen strategy.
 */
export async function checkGraph(
  module: string,
  term: AnyTerm,
  { config, file }: Pick<ResolvedConfig, 'config' | 'file'>,
): Promise<GraphReport> {
  const graph = inModule(module, () => compileGraph(term))
  if (config.terms !== undefined) checkTerms(module, graph, config.terms, file)
  await checkModuleTerms(graph)
  const strategy: CommandStrategy = config.scheduler?.strategy ?? 'inline'
  const places = new Map<CommandStrategy, Places>()
  const refusals = new Map<CommandStrategy, Remark>()
  let addresses: Promise<void> | undefined
  for (const name of [strategy, ...commandStrategies.filter((other) => other !== strategy)]) {
    try {
      // the same for all strategies but inline, which looks for nothing
      if (name !== 'inline') await (addresses ??= checkAddresses(term))
      places.set(name, await placesUnder(name, term, config))
    } catch (cause) {
      if (!(cause instanceof MillraceError)) throw cause
      if (name === strategy) throw new BadInputError(`${module}: ${cause.message}`, { cause })
      refusals.set(name, { code: codeOf(cause), message: cause.message })
    }
  }
  const terms = graph.nodes.map(({ id, leaf }): CheckedTerm => {
    const own = commandStrategies.flatMap((name) => {
      const place = places.get(name)?.get(id)
      return place === undefined ? [] : [[name, place] as const]
    })
    return { id, kind: leaf.kernel().kind, places: Object.fromEntries(own) }
  })
  return {
    strategy,
    edges: graph.edges.length,
    terms,
    refusals: Object.fromEntries(refusals),
    warnings: warningsOf(strategy, terms, config),
  }
}

async function placesUnder(strategy: CommandStrategy, term: AnyTerm, config: RunConfig): Promise<Places> {
  if (strategy === 'distributed') return placesOnHosts(term, config)
  const options: SurveyOptions = { ...config, scheduler: { ...config.scheduler, strategy } }
  const surveyed = await surveyRun(term, options)
  return new Map(surveyed.map(({ node, runsOn, why }) => [node.id, { runsOn, why }]))
}

async function placesOnHosts(term: AnyTerm, config: RunConfig): Promise<Places> {
  // NATS and what it brings take a while to load, so only here
  const { CALLER, tasksOf } = await withCluster(() => import('@millrace/cluster'))
  const { hostSettings } = await import('../distributed/host-settings.ts')
  const { settings } = hostSettings(config)
  const tasks = tasksOf(term, settings.settle)
  return new Map(
    tasks.flatMap(({ name, label, nodes }) =>
      nodes.map(({ id }): [string, TermPlace] => {
        if (label === CALLER) {
          return [id, { runsOn: 'caller', why: 'it is a sink, or pinned, and belongs to the command' }]
        }
        const others = nodes.length - 1
        const beside = others === 0 ? '' : `, with ${others} other ${others === 1 ? 'term' : 'terms'}`
        const where = label === undefined ? '' : `, on hosts with label "${label}"`
        return [id, { runsOn: 'hosts', why: `it is in task ${name}${beside}${where}` }]
      }),
    ),
  )
}

function warningsOf(strategy: CommandStrategy, terms: readonly CheckedTerm[], config: RunConfig): Remark[] {
  const moves = terms.some(({ places }) => places[strategy]?.runsOn !== 'caller')
  const idle =
    strategy === 'inline' || moves
      ? []
      : [
          {
            code: 'NOTHING_MOVES',
            message: `Under ${strategy} every term stays on the thread that calls run(), at first at least: it is no faster than inline.`,
          },
        ]
  return [...idle, ...effectless(strategy, config)]
}
