/** `millrace run`: runs a module's graph, shows how it goes, and writes down what became of it. Called by `cli.ts`. */

import { BadInputError, compileGraph, type Run, type Stats, type Term } from '@millrace/core'
import { placementFor } from '@millrace/scheduler'
import { type ResolvedConfig, resolveConfig } from '../config/resolve.ts'
import { mistakesInTerms } from '../config/term-options.ts'
import type { FlagValues } from '../config/text-layers.ts'
import { openLetters } from '../dead-letters/letter-file.ts'
import { checkOtherFile, replayOf } from '../dead-letters/replay-file.ts'
import { inModule, loadTerm } from '../load-term.ts'
import { Progress } from '../progress/progress.ts'
import { closingLine, progressLine } from '../progress/progress-line.ts'
import { codeOf, linesOfFailure, linesOfMistake, say } from '../report/error.ts'
import { lineOfRate } from '../report/failures.ts'
import { type LossKind, lossesOf } from '../report/losses.ts'
import { run } from '../run.ts'
import { type RunReport, writeSummary } from '../summary/summary-file.ts'
import { openTelemetry } from '../telemetry/telemetry.ts'
import { takeOutputFiles } from './output-files.ts'
import type { Parameters } from './parameters.ts'
import { type Ending, superviseRun } from './supervise.ts'

/** Options of `millrace run`. */
export interface RunCommandOptions extends FlagValues {
  readonly param: Parameters
  readonly config?: string
  readonly summary?: string
  readonly telemetry?: string
  readonly deadLetters?: string
  readonly replay?: string
  readonly overwrite?: true
  readonly quiet?: true
  readonly failOn?: readonly LossKind[]
}

const REDRAW_MS = 500
/** The exit code of a run that failed. */
const FAILED = 1

/** Resolves to the exit code. @throws {BadInputError} for whatever keeps the run from beginning. */
export async function runCommand(module: string, options: RunCommandOptions): Promise<number> {
  const { config: file, summary, telemetry, deadLetters } = options
  const resolved = await resolveConfig({ ...(file === undefined ? {} : { config: file }), flags: options })
  const release = await takeOutputFiles({ module, config: resolved.path, summary, telemetry, deadLetters })
  try {
    return await runWith(module, options, resolved)
  } finally {
    release()
  }
}

async function runWith(
  module: string,
  options: RunCommandOptions,
  resolved: ResolvedConfig,
): Promise<number> {
  const { param: params, summary, telemetry: lines, quiet, deadLetters, replay: replayed } = options
  const { overwrite = false, failOn = [] } = options
  const { config } = resolved
  // for its code alone: once the module has TypeScript registered, loading takes several times as long
  await placementFor(config.scheduler ?? {})?.load()
  const term = (await loadTerm(module, params)) as Term<never, unknown>
  checkTerms(module, term, resolved)
  const isShown = process.stderr.isTTY === true && quiet !== true
  // a graph that makes no sense leaves no file behind
  const needsGraph = lines ?? deadLetters ?? replayed
  const graph = needsGraph === undefined ? undefined : inModule(module, () => compileGraph(term))
  const replay = replayed === undefined || graph === undefined ? undefined : await replayOf(replayed, graph)
  if (replayed !== undefined && deadLetters !== undefined) await checkOtherFile(replayed, deadLetters)
  const telemetry = lines === undefined ? undefined : await openTelemetry(lines)
  const letters = deadLetters === undefined ? undefined : await openLetters(deadLetters, overwrite)
  const settings = {
    ...config,
    ...(isShown ? { statsEveryMs: REDRAW_MS } : {}),
    ...(replay === undefined ? {} : { replay, overwrite }),
  }
  const running = inModule(module, () => run(term, settings))
  letters?.follow(running.deadLetters(), (error) => void running.cancel(error))
  telemetry?.begin(() => running.stats())

  tellCheckpoints(running)

  const progress = isShown ? new Progress(process.stderr, process.stdout) : undefined
  let before: Stats | undefined
  running.on('stats', (stats) => {
    progress?.draw(progressLine(stats, before, process.memoryUsage.rss(), progress.width))
    before = stats
  })
  const tellNow = (line: string): void => {
    progress?.clear()
    say(line)
  }
  running.on('failureRate', (rate) => tellNow(lineOfRate(rate)))
  const ending = await superviseRun(running, tellNow)
  progress?.close()
  await letters?.end()

  const stats = running.stats()
  for (const line of (await telemetry?.end(ending.outcome)) ?? []) say(line)
  tell(ending, stats)
  const losses = lossesOf(stats, deadLetters)
  for (const { line } of losses) say(line)
  const isLossy = losses.some(({ figure }) => failOn.includes(figure))
  const code = isLossy && ending.code === 0 ? FAILED : ending.code
  if (isShown && ending.error === undefined) say(closingLine(module, ending.outcome, stats))
  if (summary !== undefined) {
    const { outcome, results } = ending
    const error =
      ending.error === undefined
        ? {}
        : { error: linesOfFailure(ending.error)[0] as string, errorCode: codeOf(ending.error) }
    const kept = ending.checkpoint === undefined ? {} : { checkpoint: ending.checkpoint }
    const settled = {
      strategy: config.scheduler?.strategy ?? 'inline',
      workers: stats.threads.budget,
      settings: config,
    }
    const report = { module, params, ...settled, outcome, ...error, stats, losses, results, ...kept }
    return (await isWritten(summary, report)) ? code : Math.max(code, FAILED)
  }
  return code
}

/** The run is over: that its summary cannot be written is told, and is no mistake in the call. */
async function isWritten(file: string, report: RunReport): Promise<boolean> {
  try {
    await writeSummary(file, report)
    return true
  } catch (error) {
    for (const line of linesOfMistake(error)) say(line)
    return false
  }
}

/** `run` would find the same, but knows neither file. @throws {BadInputError} for terms that the graph does not have. */
function checkTerms(module: string, term: Term<never, unknown>, { config, file }: ResolvedConfig): void {
  const { terms } = config
  if (terms === undefined) return
  const graph = inModule(module, () => compileGraph(term))
  const mistakes = mistakesInTerms(graph, terms, module)
  if (mistakes.length > 0) throw new BadInputError(mistakes.map((line) => `${file}: ${line}`).join('\n'))
}

/** What a run goes on from is said: it is not always what the user remembers. */
function tellCheckpoints(running: Run): void {
  running.on('resume', ({ id, damaged }) => {
    for (const line of damaged) say(`passed over ${line}`)
    say(`goes on from checkpoint ${id}`)
  })
}

function tell({ outcome, error }: Ending, { items }: Stats): void {
  if (outcome === 'cancelled') say(`cancelled; items discarded under way: ${items.discarded}`)
  else if (error !== undefined) {
    const [first, ...more] = linesOfFailure(error)
    say([`${first} [${codeOf(error)}]`, ...more].join('\n'))
  }
}
