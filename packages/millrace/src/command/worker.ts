/** `millrace worker`: one host of a distributed run. Called by `cluster-commands.ts`. */

import { type Access, joinRun, serversWith } from '@millrace/cluster'
import { compileGraph } from '@millrace/core'
import { checkTerms } from '../config/check-terms.ts'
import { resolveConfig } from '../config/resolve.ts'
import type { FlagValues } from '../config/text-layers.ts'
import { onInterrupts } from '../interrupts.ts'
import { loadTerm } from '../load-term.ts'
import { codeOf, linesOfFailure, say } from '../report/error.ts'
import { hostSettings } from './host-settings.ts'
import type { Parameters } from './parameters.ts'
import { sharedLines } from './shared-lines.ts'

/** Options of `millrace worker`. */
export interface WorkerCommandOptions extends Access, FlagValues {
  readonly param: Parameters
  readonly config?: string
  readonly run: string
  readonly servers?: readonly string[]
  readonly label?: readonly string[]
  readonly quiet?: true
}

/** Resolves to the exit code: 0 if the run ended or the host left it, 1 if the run failed. */
export async function workerCommand(
  module: string,
  { param, run, servers = [], label: labels = [], quiet, config: file, ...options }: WorkerCommandOptions,
): Promise<number> {
  const server = serversWith(servers, options)
  const resolved = await resolveConfig({ ...(file === undefined ? {} : { config: file }), flags: options })
  const { settings, lines } = hostSettings(resolved.config)
  const term = await loadTerm(module, param)
  const { terms } = resolved.config
  if (terms !== undefined) checkTerms(module, compileGraph(term), terms, resolved.file)
  const shared = [...sharedLines(param), ...lines]
  const joined = await joinRun({ term, run, server, labels, lines: shared, ...settings })
  const remove = onInterrupts({
    drain(signal) {
      say(`${signal}: handing over, then leaving`)
      joined.leave()
    },
    cancel() {
      process.exit(1) // what was not committed is done again elsewhere
    },
  })
  try {
    await joined.done
    return 0
  } catch (error) {
    if (quiet !== true) for (const line of linesOfFailure(error)) say(`${line} [${codeOf(error)}]`)
    return 1
  } finally {
    remove()
    await joined.close()
  }
}
