/** Makes the engine of a run over hosts, or refuses what cannot run there. Loaded by `run` once such a run begins. */

import { fileURLToPath } from 'node:url'
import { checkRunName, type LetterTarget, serversWith, tasksOf } from '@millrace/cluster'
import { type AnyTerm, BadInputError, type EngineSetup, isGraphTerm, type RunEngine } from '@millrace/core'
import type { RunConfig } from '../config/settings.ts'
import { hostSettings } from './host-settings.ts'
import { setupOf } from './host-setup.ts'
import { HostsEngine, type HostsEngineOptions } from './hosts-engine.ts'
import type { DistributedOptions } from './options.ts'
import { sharedLines } from './shared-lines.ts'

/** How `millrace run` starts hosts, and keeps dead letters. */
export interface CommandPart {
  readonly launch: HostsEngineOptions['launch']
  readonly letters: LetterTarget | undefined
}

/** What is to be run. */
export interface OverHosts {
  readonly term: AnyTerm
  readonly config: RunConfig
  readonly options: DistributedOptions
  /** Names of options that were given and that hosts do not know. */
  readonly others: readonly string[]
  /** Given by the command; a program's hosts are told in another way. */
  readonly command: CommandPart | undefined
}

/**
 * @throws {NotDistributableError} naming terms that cannot run over hosts.
 * @throws {BadInputError} for options that hosts do not know, a name that a run cannot have, and a term that no graph module
 * has built.
 */
export function engineOfHosts(
  setup: EngineSetup,
  { term, config, options, others, command }: OverHosts,
): RunEngine {
  const { settings, lines } = hostSettings(config, others)
  if (options.run !== undefined) checkRunName(options.run)
  serversWith(options.servers ?? [], options) // a file that cannot be read is told before anything is started
  const launch = command?.launch ?? launchOf(term, config, options)
  const tasks = tasksOf(term, settings.settle)
  return new HostsEngine(setup, {
    options,
    tasks,
    join: { term, lines: [...sharedLines(term), ...lines], ...settings },
    launch,
    letters: command?.letters,
  })
}

function launchOf(
  term: AnyTerm,
  config: RunConfig,
  { commitMs, giveUpMs, labels = [] }: DistributedOptions,
): HostsEngineOptions['launch'] {
  if (!isGraphTerm(term)) {
    throw new BadInputError(
      'Hosts build the graph again from its module: give run() what a graph module returns, the whole of it. ' +
        'Write: export default graph(import.meta.url, (params) => term).',
    )
  }
  const { url, params } = term.origin
  return {
    module: url.startsWith('file:') ? fileURLToPath(url) : url,
    param: {},
    flags: [
      ...(commitMs === undefined ? [] : ['--commit-ms', String(commitMs)]),
      ...(giveUpMs === undefined ? [] : ['--give-up-ms', String(giveUpMs)]),
      ...labels.flatMap((one) => ['--label', one]),
    ],
    setup: setupOf(params, config),
  }
}
