/** `millrace bench`: measures a module's graph under several strategies. Called by `tool-commands.ts`. */

import { extname, resolve } from 'node:path'
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
import { takeOutputFiles } from './output-files.ts'
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
  readonly timeoutMs?: number
  readonly out?: readonly string[]
  readonly json?: boolean
  readonly quiet?: boolean
}

/** The exit codes if a run failed, and if none could begin. */
const FAILED = 1
const MISTAKEN = 2

/** The figures that `--figure` names. */
export const figures = {
  items: 'itemsPerSecond',
  outputs: 'outputsPerSecond',
  ms: 'elapsedMs',
} as const satisfies Record<string, BenchFigure>

/**
 * Prints the table. Resolves to the exit code.
 *
 * @throws {BadInputError} if a report cannot be written: before any run, if that can be known.
 */
export async function benchCommand(
  module: string,
  { out = [], ...options }: BenchCommandOptions,
  begin: () => void,
): Promise<number> {
  const release = await takeReports(module, options.config, out)
  try {
    return await measure(module, options, out, begin)
  } finally {
    release()
  }
}

async function measure(
  module: string,
  {
    param,
    figure: name = 'items',
    json = false,
    quiet = false,
    ...options
  }: Omit<BenchCommandOptions, 'out'>,
  out: readonly string[],
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
  if (rows.every(({ failure }) => failure === 'mistaken')) {
    for (const reason of new Set(rows.flatMap(({ failed }) => failed ?? []))) say(reason)
    return MISTAKEN
  }
  process.stdout.write(
    json ? `${JSON.stringify(result, null, 2)}\n` : `${tableOfBench(result, { figure }).join('\n')}\n`,
  )
  for (const file of out) await writeReport(file, result, figure)
  return rows.some(({ failure }) => failure === 'failed' || failure === 'mistaken') ? FAILED : 0
}

function lineOf({ number, of, value, ...row }: BenchStep, vary: BenchVary | undefined): string {
  return `${number}/${of} ${columnOf(row)}${value === undefined ? '' : `, ${vary?.name} ${value}`}`
}

/** What a report is, by the end of its file's name. */
const formats: Readonly<Record<string, (result: BenchResult, figure: BenchFigure) => string>> = {
  '.html': (result, figure) => reportOfBench(result, { figure }),
  '.svg': (result, figure) => curvesOfBench(result, { figure }),
  '.json': (result) => `${JSON.stringify(result, null, 2)}\n`,
}

/** Whoever has measured for an hour must not learn then that the report cannot be written. Resolves to what lets go of the files. */
async function takeReports(
  module: string,
  config: string | undefined,
  files: readonly string[],
): Promise<() => void> {
  const releases: (() => void)[] = []
  const release = (): void => {
    for (const one of releases) one()
  }
  try {
    for (const [at, file] of files.entries()) {
      if (formats[extname(file)] === undefined) {
        throw new BadInputError(`--out ${file}: a report is an .html, .svg or .json file.`)
      }
      if (files.slice(0, at).some((other) => resolve(other) === resolve(file))) {
        throw new BadInputError(`--out ${file} is given twice.`)
      }
      const none = { summary: undefined, telemetry: undefined, deadLetters: undefined }
      releases.push(await takeOutputFiles({ module, config, ...none, report: file }))
    }
    return release
  } catch (error) {
    release()
    throw error
  }
}

async function writeReport(file: string, result: BenchResult, figure: BenchFigure): Promise<void> {
  const text = (formats[extname(file)] as NonNullable<(typeof formats)[string]>)(result, figure)
  try {
    await writeWhole(file, text)
  } catch (cause) {
    throw new BadInputError(`The report ${file} cannot be written: ${messageOf(cause)}`, { cause })
  }
}
