/** `millrace worker`: one host of a distributed run. Called by `cluster-commands.ts`. */

import { type Access, type Joined, joinRun, serversWith } from '@millrace/cluster'
import { type AnyTerm, compileGraph } from '@millrace/core'
import { checkTerms } from '../config/check-terms.ts'
import { resolveConfig } from '../config/resolve.ts'
import type { RunConfig } from '../config/settings.ts'
import type { FlagValues } from '../config/text-layers.ts'
import { HOST_CODES, type HostRefusal } from '../distributed/host-codes.ts'
import { hostSettings } from '../distributed/host-settings.ts'
import { receiveSetup } from '../distributed/host-setup.ts'
import { sharedLines } from '../distributed/shared-lines.ts'
import { onInterrupts } from '../interrupts.ts'
import { loadTerm, rebuildTerm } from '../load-term.ts'
import { exitNow } from '../process-watch.ts'
import { codeOf, linesOfFailure, linesOfMistake, say } from '../report/error.ts'
import type { Parameters } from './parameters.ts'

/** To leave may take so long once the process that has started this one is gone. */
const PARTING_MS = 2000

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
  /** Parameters and settings come from the program that has started it. */
  readonly told?: true
  /** It ends when the process does that has started it. */
  readonly endsWithParent?: true
  /** Milliseconds without an answer from the servers after which it gives up. */
  readonly giveUpMs?: number
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
  if (options.endsWithParent === true) endWithParent(joined)
  else if (options.hosted === true && process.connected) process.disconnect()
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

/** The servers are gone with the process that has started this one, or nobody knows the run any more. */
function endWithParent(joined: Joined): void {
  const end = (): void => {
    setTimeout(() => exitNow(HOST_CODES.lost), PARTING_MS)
    joined.leave()
  }
  if (!process.connected) end()
  process.once('disconnect', end)
  process.channel?.unref() // to listen is no reason to stay
}

async function join(
  module: string,
  { run, servers = [], label: labels = [], ...options }: WorkerCommandOptions,
): Promise<Joined> {
  const server = serversWith(servers, options)
  const { term, config, file } =
    options.told === true ? await toldBy(module) : await readHere(module, options)
  const { settings, lines } = hostSettings(config)
  const { terms } = config
  if (terms !== undefined) checkTerms(module, compileGraph(term), terms, file)
  const { commitMs, giveUpMs, quiet } = options
  const often = {
    ...(commitMs === undefined ? {} : { commitMs }),
    ...(giveUpMs === undefined ? {} : { giveUpMs }),
    ...(quiet === true ? {} : { onSilence: say }),
  }
  return joinRun({
    term,
    run,
    server,
    labels,
    lines: [...sharedLines(term), ...lines],
    ...often,
    ...settings,
  })
}

/** What is to be run, and how. */
interface Given {
  readonly term: AnyTerm
  readonly config: RunConfig
  readonly file: string | undefined
}

async function readHere(
  module: string,
  { param, config, ...flags }: Pick<WorkerCommandOptions, 'param' | 'config'>,
): Promise<Given> {
  const resolved = await resolveConfig({ ...(config === undefined ? {} : { config }), flags })
  return { term: await loadTerm(module, param), config: resolved.config, file: resolved.file }
}

async function toldBy(module: string): Promise<Given> {
  const { params, config } = await receiveSetup()
  return { term: await rebuildTerm(module, params), config, file: undefined }
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
