/** `millrace bench`: measures a module's graph under several strategies. Called by `tool-commands.ts`. */

import { BadInputError, messageOf } from '@millrace/core'
import { writeWhole } from '@millrace/core/files'
import type { Strategy } from '@millrace/scheduler'
import { benchGraph } from '../bench/bench-graph.ts'
import { curvesOfBench, reportOfBench } from '../bench/bench-report.ts'
import { tableOfBench } from '../bench/bench-table.ts'
import type { BenchFigure, BenchResult, BenchStep, BenchVary } from '../bench/contracts.ts'
import { columnOf } from '../bench/words.ts'
import { exitCodeOf, type Interrupt, onInterrupts } from '../interrupts.ts'
import { say } from '../report/error.ts'
import type { Parameters } from './parameters.ts'

/** Options of `millrace bench`. */
export interface BenchCommandOptions {
  readonly param: Parameters
  readonly vary?: BenchVary
  readonly strategies?: readonly Strategy[]
  readonly workers?: readonly number[]
  readonly rounds?: number
  readonly config?: string
  readonly figure?: keyof typeof figures
  readonly out?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** The exit codes if a run failed, and if none began. */
const FAILED = 1
const REFUSED = 2

/** The figures that `--figure` names. */
export const figures = {
  items: 'itemsPerSecond',
  outputs: 'outputsPerSecond',
  ms: 'elapsedMs',
} as const satisfies Record<string, BenchFigure>

/** Prints the table. Resolves to the exit code. @throws {BadInputError} if the report cannot be written. */
export async function benchCommand(
  module: string,
  { param, out, figure: name = 'items', json = false, quiet = false, ...options }: BenchCommandOptions,
  begin: () => void,
): Promise<number> {
  const abort = new AbortController()
  let interrupt: Interrupt | undefined
  const cancel = (signal: Interrupt): void => {
    interrupt = signal
    abort.abort(signal)
  }
  const removeInterrupts = onInterrupts({ drain: cancel, cancel })
  begin()
  let result: BenchResult
  try {
    result = await benchGraph(module, {
      ...options,
      params: param,
      signal: abort.signal,
      ...(quiet ? {} : { onRun: (step) => say(lineOf(step, options.vary)) }),
    })
  } catch (error) {
    if (interrupt !== undefined) return exitCodeOf(interrupt)
    throw error
  } finally {
    removeInterrupts()
  }
  // Ctrl-C in a terminal reaches the last run as well, which then may look as if it had failed
  if (interrupt !== undefined) return exitCodeOf(interrupt)
  const { rows } = result
  const figure = figures[name]
  if (rows.every(({ isRefused }) => isRefused)) {
    for (const reason of new Set(rows.flatMap(({ failed }) => failed ?? []))) say(reason)
    return REFUSED
  }
  if (out !== undefined) await writeReport(out, result, figure)
  process.stdout.write(
    json ? `${JSON.stringify(result, null, 2)}\n` : `${tableOfBench(result, { figure }).join('\n')}\n`,
  )
  return rows.some(({ failed, isRefused }) => failed !== undefined && !isRefused) ? FAILED : 0
}

function lineOf({ number, of, value, ...row }: BenchStep, vary: BenchVary | undefined): string {
  return `${number}/${of} ${columnOf(row)}${value === undefined ? '' : `, ${vary?.name} ${value}`}`
}

/** The page, and the same as a picture and as data beside it. */
async function writeReport(file: string, result: BenchResult, figure: BenchFigure): Promise<void> {
  const base = file.replace(/\.html?$/i, '')
  const parts = [
    [`${base}.html`, reportOfBench(result, { figure })],
    [`${base}.svg`, curvesOfBench(result, { figure })],
    [`${base}.json`, `${JSON.stringify(result, null, 2)}\n`],
  ] as const
  for (const [path, text] of parts) {
    try {
      await writeWhole(path, text)
    } catch (cause) {
      throw new BadInputError(`The report ${path} cannot be written: ${messageOf(cause)}`, { cause })
    }
  }
}
