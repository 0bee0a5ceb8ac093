/** `millrace run`: runs a module's graph, shows how it goes, and writes down what became of it. Called by `cli.ts`. */

import type { Stats, Term } from '@millrace/core'
import { checkConfig, loadConfig } from '../config/load.ts'
import type { RunConfig } from '../config/schema.ts'
import { inModule, loadTerm } from '../load-term.ts'
import { Progress } from '../progress/progress.ts'
import { closingLine, progressLine } from '../progress/progress-line.ts'
import { linesOfFailure, say } from '../report/error.ts'
import { run } from '../run.ts'
import { checkSummaryFile, writeSummary } from '../summary/summary-file.ts'
import type { Parameters } from './parameters.ts'
import { type Ending, superviseRun } from './supervise.ts'

/** Options of `millrace run`. */
export interface RunCommandOptions {
  readonly param: Parameters
  readonly config?: string
  readonly summary?: string
  readonly quiet?: true
  readonly strategy?: string
  readonly workers?: string
}

const REDRAW_MS = 500

/** Resolves to the exit code. @throws {BadInputError} for whatever keeps the run from beginning. */
export async function runCommand(module: string, options: RunCommandOptions): Promise<number> {
  const { param: params, summary, quiet } = options
  const config = withFlags(options.config === undefined ? {} : await loadConfig(options.config), options)
  if (summary !== undefined) await checkSummaryFile(summary)
  const term = (await loadTerm(module, params)) as Term<never, unknown>
  const isShown = process.stderr.isTTY === true && quiet !== true
  const running = inModule(module, () => run(term, isShown ? { ...config, statsEveryMs: REDRAW_MS } : config))

  const progress = isShown ? new Progress(process.stderr, process.stdout) : undefined
  let before: Stats | undefined
  running.on('stats', (stats) => {
    progress?.draw(progressLine(stats, before, process.memoryUsage.rss(), progress.width))
    before = stats
  })
  const ending = await superviseRun(running, (line) => {
    progress?.clear()
    say(line)
  })
  progress?.close()

  const stats = running.stats()
  tell(ending, stats)
  if (isShown && ending.error === undefined) say(closingLine(module, ending.outcome, stats))
  if (summary !== undefined) {
    const { outcome, results } = ending
    const error = ending.error === undefined ? {} : { error: linesOfFailure(ending.error)[0] as string }
    await writeSummary(summary, { module, params, outcome, ...error, stats, results })
  }
  return ending.code
}

/** What the flags say wins over the file. @throws {BadInputError} for values that make no sense. */
function withFlags(config: RunConfig, { strategy, workers }: RunCommandOptions): RunConfig {
  const flags = {
    ...(strategy === undefined ? {} : { strategy }),
    ...(workers === undefined ? {} : { workers: Number(workers) }),
  }
  checkConfig({ scheduler: flags }, 'flags')
  return { ...config, scheduler: { ...config.scheduler, ...(flags as RunConfig['scheduler']) } }
}

function tell({ outcome, error }: Ending, { items }: Stats): void {
  if (outcome === 'cancelled') say(`cancelled; items discarded under way: ${items.discarded}`)
  else if (error !== undefined) {
    const [first, ...more] = linesOfFailure(error)
    say([first, ...more].join('\n'))
  }
}
