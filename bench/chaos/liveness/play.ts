// Plays programs of one kind under one strategy in processes of their own, and says what was wrong with them. Called by the
// script `liveness.ts` and by its test.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { plainUrl, writePlainJavaScript } from '../../harness/plain-javascript.ts'

/** The kinds, each a file beside this one, under the numbers of the list that they come from. */
export const KINDS = {
  '28': ['failing-map'],
  '29': ['two-runs'],
  '30': ['ends-early'],
  '31': ['stuck-return', 'stuck-hooks'],
} as const

export const STRATEGIES = ['inline', 'dedicated', 'pool', 'work-stealing', 'hybrid'] as const

export interface PlayOptions {
  readonly programs: number
  /** Played one after the other in one process, which must end as if each had it for itself. */
  readonly perProcess: number
  /** Processes at the same time. */
  readonly atOnce: number
  /** A process must have ended so long after its last run has settled. */
  readonly endMs: number
}

/** A process that is still there so long after its last run is ended, and told of. */
const PATIENCE_MS = 20_000

/** Writes the programs as plain JavaScript. Called once, before `play`. */
export function preparePrograms(): void {
  writePlainJavaScript(['chaos/liveness'])
}

/** Gives a line for everything that was wrong. */
export async function play(
  file: string,
  strategy: string,
  { programs, perProcess, atOnce, endMs }: PlayOptions,
): Promise<readonly string[]> {
  const complaints: string[] = []
  let left = programs
  const playSome = async (): Promise<void> => {
    while (left > 0) {
      const count = Math.min(left, perProcess)
      left -= count
      complaints.push(...(await playProcess(file, strategy, count, endMs)))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, playSome))
  return complaints
}

function playProcess(
  file: string,
  strategy: string,
  programs: number,
  endMs: number,
): Promise<readonly string[]> {
  const program = fileURLToPath(plainUrl('chaos/liveness/program.ts'))
  const child = spawn(process.execPath, [program, file, strategy, String(programs)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  let printed = ''
  let errors = ''
  let patience: NodeJS.Timeout | undefined
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
    patience ??= setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    let endedAt = 0
    child.on('exit', () => {
      endedAt = Date.now()
    })
    child.on('close', (code, signal) => {
      clearTimeout(patience)
      resolve(judge({ printed, errors, how: signal ?? code, endedAt, endMs }))
    })
  })
}

interface Ended {
  readonly printed: string
  readonly errors: string
  readonly how: string | number | null
  readonly endedAt: number
  readonly endMs: number
}

function judge({ printed, errors, how, endedAt, endMs }: Ended): readonly string[] {
  if (printed === '')
    return [`the process ended with ${how} before its runs had settled: ${errors.slice(-300)}`]
  const { complaints, settledAt } = JSON.parse(printed) as {
    readonly complaints: readonly string[]
    readonly settledAt: number
  }
  const tookMs = endedAt - settledAt
  if (tookMs > endMs) return [...complaints, `the process ended ${tookMs} ms after its last run`]
  return how === 0 ? complaints : [...complaints, `the process ended with ${how}: ${errors.slice(-300)}`]
}
