/** One run of a module in a process of its own, by `millrace run`, measured. Called by `bench-graph.ts`. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProcessFigures } from '../summary/process-figures.ts'

/** What one run has told. */
export interface Measured {
  readonly elapsedMs: number
  readonly wholeMs: number
  readonly process: ProcessFigures
  readonly threads: number
  readonly items: { readonly in: number; readonly out: number }
}

/** Why a run has no figures. */
export interface NotMeasured {
  readonly reason: string
  /** Whether it did not begin. */
  readonly isRefused: boolean
}

/** The exit code of `millrace run` if nothing was run. */
const REFUSED = 2
/** What a strategy refuses a graph or a machine with, before any item has been taken. */
const REFUSALS = /\[(TOO_MANY_TERMS|TOO_FEW_FILES|NOT_A_GRAPH_MODULE)\]$/

/** The parts of a summary file that are read here. */
interface Summary {
  readonly elapsedMs: number
  readonly items: { readonly in: number; readonly out: number }
  readonly process: ProcessFigures
  readonly threads: { readonly peak: number }
}

let files = 0

/**
 * Runs `millrace run` with `args` and a summary; what the graph prints is let go. Resolves to the figures, or to
 * why there are none.
 */
export async function oneRun(
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Measured | NotMeasured> {
  const file = join(tmpdir(), `millrace-bench-${process.pid}-${files++}.json`)
  const command = fileURLToPath(new URL('../bin/millrace.js', import.meta.resolve('millrace')))
  const began = performance.now()
  const child = spawn(
    process.execPath,
    [...process.execArgv, command, 'run', ...args, '--quiet', '--summary', file],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(signal === undefined ? {} : { signal, killSignal: 'SIGKILL' }),
    },
  )
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    // the last of it says why it failed
    said = (said + text).slice(-20_000)
  })
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    const wholeMs = performance.now() - began
    if (code !== 0) {
      const reason = reasonIn(said) ?? `It ended with exit code ${code}.`
      return { reason, isRefused: code === REFUSED || REFUSALS.test(reason) }
    }
    const { elapsedMs, items, process: own, threads } = JSON.parse(await readFile(file, 'utf8')) as Summary
    const { in: taken, out } = items
    return { elapsedMs, wholeMs, process: own, threads: threads.peak + 1, items: { in: taken, out } }
  } finally {
    await rm(file, { force: true })
  }
}

/** The line with the code of an error, or else the first one. */
function reasonIn(said: string): string | undefined {
  const lines = said.split('\n').filter((line) => line.trim() !== '')
  const line = lines.findLast((other) => /\[[A-Z_]+\]$/.test(other)) ?? lines[0]
  return line?.replace(/^millrace: /, '')
}
