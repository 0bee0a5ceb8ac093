/** `millrace compare`: runs a module's graph under several strategies and says where their answers differ. Called by `cli.ts`. */

import { compileGraph, describe, type Term } from '@millrace/core'
import type { Strategy } from '@millrace/scheduler'
import {
  type ComparedRun,
  type Comparison,
  compareStrategies,
  type Difference,
} from '../compare/compare-strategies.ts'
import { resolveConfig } from '../config/resolve.ts'
import type { FlagValues } from '../config/text-layers.ts'
import { exitCodeOf, type Interrupt, onInterrupts } from '../interrupts.ts'
import { useTsconfigOf } from '../load-module.ts'
import { inModule, loadMaker } from '../load-term.ts'
import { watchProcess } from '../process-watch.ts'
import { codeOf, linesOfFailure } from '../report/error.ts'
import type { Parameters } from './parameters.ts'

/** Options of `millrace compare`. */
export interface CompareCommandOptions extends FlagValues {
  readonly param: Parameters
  readonly config?: string
  readonly strategies?: readonly Strategy[]
}

/** The exit code if answers differ, or a run failed. */
const DIFFERENT = 1

/** Resolves to the exit code. @throws {BadInputError} for whatever keeps the runs from beginning. */
export async function compareCommand(
  module: string,
  options: CompareCommandOptions,
  begin: () => void,
): Promise<number> {
  const { param, config: file, strategies, ...flags } = options
  useTsconfigOf(module)
  const { config } = await resolveConfig({ ...(file === undefined ? {} : { config: file }), flags })
  const { checkpoint: _checkpoint, ...settings } = config
  const make = (await loadMaker(module, param)) as () => Term<never, unknown>
  inModule(module, () => compileGraph(make()))
  const abort = new AbortController()
  let interrupt: Interrupt | undefined
  const cancel = (signal: Interrupt): void => {
    interrupt = signal
    abort.abort(signal)
  }
  const removeInterrupts = onInterrupts({ drain: cancel, cancel })
  const watch = watchProcess()
  begin()
  const unmute = muteStdout()
  let comparison: Comparison
  try {
    const comparing = compareStrategies(make, {
      ...settings,
      signal: abort.signal,
      ...(strategies === undefined ? {} : { strategies }),
    })
    comparison = await Promise.race([comparing, watch.failed])
    // what the last calls have left behind comes up only now
    await Promise.race([new Promise((resolve) => setImmediate(resolve)), watch.failed])
  } finally {
    unmute()
    watch.end()
    removeInterrupts()
  }
  if (interrupt !== undefined) return exitCodeOf(interrupt)
  process.stdout.write(`${linesOf(comparison).join('\n')}\n`)
  const hasFailed = comparison.runs.some(({ outcome }) => outcome === 'failed' || outcome === 'refused')
  return comparison.isEqual && !hasFailed ? 0 : DIFFERENT
}

/** What the graph prints is printed once for each run, and says nothing of the comparison. */
function muteStdout(): () => void {
  const { write } = process.stdout
  process.stdout.write = ((_chunk: unknown, encoding?: unknown, callback?: unknown) => {
    const done = typeof encoding === 'function' ? encoding : callback
    if (typeof done === 'function') process.nextTick(done as () => void)
    return true
  }) as typeof write
  return () => {
    process.stdout.write = write
  }
}

function linesOf({ runs, differences }: Comparison): string[] {
  const [first] = runs as readonly [ComparedRun, ...ComparedRun[]]
  return [
    lineOfRun(first),
    ...runs.slice(1).flatMap((run) => {
      const own = differences.filter((difference) => difference.run === run.name)
      return own.length === 0
        ? [`${lineOfRun(run)}; the same`]
        : [lineOfRun(run), ...own.map(lineOfDifference)]
    }),
  ]
}

function lineOfRun({ name, outcome, error, items }: ComparedRun): string {
  if (error !== undefined) return `${name}: ${outcome}: ${linesOfFailure(error)[0]} [${codeOf(error)}]`
  return `${name}: ${outcome}, ${items?.in ?? 0} in, ${items?.out ?? 0} out`
}

function lineOfDifference(difference: Difference): string {
  const { in: place, name, term, index, path, expected, seen } = difference
  if (place === 'outcome') return `  differs in how it ended: ${String(expected)}, but here ${String(seen)}`
  const what = {
    output: `output "${name}" of "${term}"`,
    result: `the result of "${name}"`,
    ledger: `the ledger, ${name}`,
  }[place]
  const where = `${index === undefined ? '' : `, item ${index}`}${path === '' ? '' : `, ${path}`}`
  return `  differs in ${what}${where}: ${shown(expected)}, but here ${shown(seen)}`
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : describe(value)
}
