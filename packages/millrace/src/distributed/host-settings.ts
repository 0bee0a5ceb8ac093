/** The settings of a run that hold on every host of it. Called by `hosts-engine.ts`, `worker.ts` and `check-graph.ts`. */

import type { EngineSettings } from '@millrace/cluster'
import { BadInputError, type Graph } from '@millrace/core'
import type { RunCommandOptions } from '../command/run-options.ts'
import type { RunConfig } from '../config/settings.ts'
import { applyTerms } from '../config/term-options.ts'
import { flagOf } from '../config/text-layers.ts'

/** What a process of a distributed run is to be told. */
export interface HostSettings {
  readonly settings: EngineSettings & { readonly settle?: (graph: Graph) => void }
  /** A line in which hosts must agree; none if nothing is set. */
  readonly lines: readonly string[]
}

/** @throws {BadInputError} for settings that hosts do not know, and `others` beside them. */
export function hostSettings(config: RunConfig, others: readonly string[] = []): HostSettings {
  const unknown = [
    ...others,
    ...(config.checkpoint === undefined ? [] : ['checkpoint']),
    ...(config.onError === 'stop' ? ['onError: stop'] : []),
  ]
  if (unknown.length > 0) {
    throw new BadInputError(
      `Strategy "distributed" does not take ${unknown.join(', ')}. Leave ${unknown.length === 1 ? 'it' : 'them'} out, or ` +
        'run on one host: --strategy pool.',
    )
  }
  const { terms, edges, batchItems, growthLimitItems, cleanupTimeoutMs, strict } = config
  const given = Object.entries({ edges, batchItems, growthLimitItems, cleanupTimeoutMs, strict }).filter(
    ([, value]) => value !== undefined,
  )
  const engine = Object.fromEntries(given) as EngineSettings
  const all = Object.keys(terms ?? {}).length === 0 ? engine : { ...engine, terms }
  return {
    settings: terms === undefined ? engine : { ...engine, settle: (graph) => applyTerms(graph, terms) },
    lines: Object.keys(all).length === 0 ? [] : [`settings ${JSON.stringify(all, told)}`],
  }
}

/** What hosts that are started here are told in flags; files and variables they find as this process did. */
export function hostFlags(options: RunCommandOptions): string[] {
  const { config, strict, batchItems, capacityItems, commitMs, giveUpMs, label = [] } = options
  return [
    ...(config === undefined ? [] : ['--config', config]),
    ...(strict === true ? [flagOf('strict')] : []),
    ...(batchItems === undefined ? [] : [flagOf('batchItems'), batchItems]),
    ...(capacityItems === undefined ? [] : [flagOf('capacityItems'), capacityItems]),
    ...(commitMs === undefined ? [] : ['--commit-ms', String(commitMs)]),
    ...(giveUpMs === undefined ? [] : ['--give-up-ms', String(giveUpMs)]),
    ...label.flatMap((one) => ['--label', one]),
  ]
}

/** A function is told by its text; the order of keys says nothing, but that of patterns for terms: later ones win. */
function told(key: string, value: unknown): unknown {
  if (typeof value === 'function') return String(value)
  if (!isRecord(value)) return value
  const entries = Object.entries(value).filter(([, one]) => one !== undefined)
  if (key === 'terms') return entries
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
