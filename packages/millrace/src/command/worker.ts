/** `millrace worker`: one host of a distributed run. Called by `cluster-commands.ts`. */

import { type Access, type Joined, joinRun, serversWith } from '@millrace/cluster'
import { compileGraph } from '@millrace/core'
import { checkTerms } from '../config/check-terms.ts'
import { resolveConfig } from '../config/resolve.ts'
import type { FlagValues } from '../config/text-layers.ts'
import { onInterrupts } from '../interrupts.ts'
import { loadTerm } from '../load-term.ts'
import { exitNow } from '../process-watch.ts'
import { codeOf, linesOfFailure, linesOfMistake, say } from '../report/error.ts'
import { HOST_CODES, type HostRefusal } from './host-codes.ts'
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
  readonly commitMs?: number
  readonly quiet?: true
  /** Started by `millrace run`, which is told why it cannot start. */
  readonly hosted?: true
}

/** Resolves to the exit code, one of `HOST_CODES`. `begin` is called once nothing is a mistake in the call any more. */
export async function workerCommand(
  module: string,
  options: WorkerCommandOptions,
  begin: () => void,
): Promise<number> {
  let joined: Joined
  try {
    joined = await join(module, options)
  } catch (error) {
    const isPassing = codeOf(error) === 'NO_CLUSTER'
    const lines = isPassing || options.hosted !== true ? linesOfMistake(error) : await refuse(error)
    for (const line of lines) say(line)
    return isPassing ? HOST_CODES.lost : HOST_CODES.refused
  }
  begin()
  if (options.hosted === true && process.connected) process.disconnect()
  const remove = onInterrupts({
    drain(signal) {
      say(`${signal}: handing over, then leaving`)
      joined.leave()
    },
    cancel() {
      exitNow(HOST_CODES.lost) // what was not committed is done again elsewhere
    },
  })
  try {
    await joined.done
    return HOST_CODES.over
  } catch (error) {
    const isRuns = codeOf(error) === 'TASK_FAILED'
    if (!isRuns || options.quiet !== true)
      for (const line of linesOfFailure(error)) say(`${line} [${codeOf(error)}]`)
    return isRuns ? HOST_CODES.runFailed : HOST_CODES.lost
  } finally {
    remove()
    await joined.close()
  }
}

async function join(
  module: string,
  { param, run, servers = [], label: labels = [], config: file, ...options }: WorkerCommandOptions,
): Promise<Joined> {
  const server = serversWith(servers, options)
  const resolved = await resolveConfig({ ...(file === undefined ? {} : { config: file }), flags: options })
  const { settings, lines } = hostSettings(resolved.config)
  const term = await loadTerm(module, param)
  const { terms } = resolved.config
  if (terms !== undefined) checkTerms(module, compileGraph(term), terms, resolved.file)
  const { commitMs } = options
  const often = commitMs === undefined ? {} : { commitMs }
  return joinRun({
    term,
    run,
    server,
    labels,
    lines: [...sharedLines(param), ...lines],
    ...often,
    ...settings,
  })
}

/** Leaves it to the command to say why; resolves to what is left to be said here. */
function refuse(error: unknown): Promise<readonly string[]> {
  const lines = linesOfMistake(error)
  const refusal: HostRefusal = { kind: 'refusal', reason: lines.join('\n') }
  return new Promise((resolve) => {
    if (process.send === undefined) resolve(lines)
    else process.send(refusal, undefined, undefined, (failed) => resolve(failed === null ? [] : lines))
  })
}
