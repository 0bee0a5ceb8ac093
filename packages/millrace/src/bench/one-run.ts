/** One run of a module in a process of its own, by `millrace run`, measured. Called by `bench-graph.ts`. */

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { startCommand } from '../start-command.ts'
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
  /** `refused`: the strategy does not take the graph or the machine. `mistaken`: no run began. `failed`: one did. */
  readonly kind: 'refused' | 'mistaken' | 'failed'
}

/** How a run is made and ended. */
export interface RunLimits {
  /** The file for its summary. */
  readonly summary: string
  readonly signal: AbortSignal | undefined
  readonly timeoutMs: number | undefined
}

/** The exit code of `millrace run` if nothing was run. */
const MISTAKEN = 2
/** What a strategy refuses a graph or a machine with, before any item has been taken. */
const REFUSALS = ['TOO_MANY_TERMS', 'TOO_FEW_FILES', 'NOT_A_GRAPH_MODULE']
/** A run that is ended has this long to let go of its files, in ms. */
const GRACE_MS = 5000

/** The parts of a summary file that are read here. */
interface Summary {
  readonly elapsedMs: number
  readonly items: { readonly in: number; readonly out: number }
  readonly process: ProcessFigures
  readonly threads: { readonly peak: number }
  readonly error?: string
  readonly errorCode?: string
}

/**
 * Runs `millrace run` with `args`; what the graph prints is let go. Resolves, once the process has ended, to the figures or to
 * why there are none. @throws the reason of `signal`, if that has ended it.
 */
export async function oneRun(
  args: readonly string[],
  { summary: file, signal, timeoutMs }: RunLimits,
): Promise<Measured | NotMeasured> {
  const began = performance.now()
  const child = startCommand(['run', ...args, '--measured', '--quiet', '--summary', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    // the last of it says why it failed
    said = (said + text).slice(-20_000)
  })
  let isLate = false
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          isLate = true
          end(child)
        }, timeoutMs)
  const onAbort = (): void => end(child)
  signal?.addEventListener('abort', onAbort)
  try {
    const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null]
    const wholeMs = performance.now() - began
    signal?.throwIfAborted()
    const summary = await summaryIn(file)
    if (isLate) return { reason: `It had not ended after ${timeoutMs} ms.`, kind: 'failed' }
    if (code !== 0 || summary === undefined) return whyNot(summary, said, code, killedBy)
    const { elapsedMs, items, process: own, threads } = summary
    const { in: taken, out } = items
    return { elapsedMs, wholeMs, process: own, threads: threads.peak + 1, items: { in: taken, out } }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
    await rm(file, { force: true })
  }
}

/** Twice, since the first signal lets the sources end. */
function end(child: ChildProcess): void {
  child.kill('SIGTERM')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  child.once('close', () => clearTimeout(timer))
}

/** A run that was refused leaves none. */
async function summaryIn(file: string): Promise<Summary | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as Summary)
}

function whyNot(
  summary: Summary | undefined,
  said: string,
  code: number | null,
  killedBy: string | null,
): NotMeasured {
  const { error, errorCode } = summary ?? {}
  const ending = killedBy === null ? `It ended with exit code ${code}.` : `It was ended by ${killedBy}.`
  const reason = error === undefined ? (reasonIn(said) ?? ending) : `${error} [${errorCode}]`
  const known = errorCode ?? /\[([A-Z_]+)\]$/.exec(reason)?.[1] ?? ''
  const kind = REFUSALS.includes(known) ? 'refused' : code === MISTAKEN ? 'mistaken' : 'failed'
  return { reason, kind }
}

/** The line with the code of an error, or else the first one. */
function reasonIn(said: string): string | undefined {
  const lines = said.split('\n').filter((line) => line.trim() !== '')
  const line = lines.findLast((other) => /\[[A-Z_]+\]$/.test(other)) ?? lines[0]
  return line?.replace(/^millrace: /, '')
}
