// The command line that is killed and started again, with checkpoints. Called by the contender `command`; says how many
// kills there were, and in how many files the result differs from the undisturbed one.

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Random } from 'millrace/testing'

export interface ResumeOptions {
  /** Path of the built command. */
  readonly command: string
  /** Path of the graph module. */
  readonly module: string
  /** Its parameters beside `out`, as `name=value`. */
  readonly params: readonly string[]
  /** What is put behind the name `out` for each file that it writes. */
  readonly suffixes: readonly string[]
  /** Strategies, one for each run in turn: their files have the same bytes. */
  readonly strategies: readonly string[]
  readonly kills: number
  readonly seed: number
  /** Kills of one run, before it may come to its end. */
  readonly killsPerRun: number
}

export interface ResumeFigures {
  readonly resumeKills: number
  readonly resumeMismatches: number
  /** Runs that were killed and came to their end. */
  readonly resumeRuns: number
  /** Starts that went on from a checkpoint. */
  readonly resumes: number
}

/** Milliseconds between two checkpoints: as many as there can be kills between. */
const EVERY_MS = 20

/** What goes on from a checkpoint has less to do: killed as late as a first start, it would have ended. */
const RESUMED_SHARE = 0.6

interface Start {
  readonly isKilled: boolean
  readonly ms: number
  readonly hasResumed: boolean
}

export async function killAndResume(options: ResumeOptions): Promise<ResumeFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-chaos-'))
  try {
    const { strategies, suffixes } = options
    const bytesOf = (out: string): (Buffer | undefined)[] =>
      suffixes.map((suffix) => (existsSync(out + suffix) ? readFileSync(out + suffix) : undefined))
    // timed with checkpoints: kills are to fall anywhere into such a run
    const lives = new Map<string, number>()
    const undisturbed = join(folder, 'undisturbed.ndjson')
    for (const strategy of strategies) {
      lives.set(strategy, (await start(options, strategy, folder, undisturbed, undefined)).ms)
    }
    const expected = bytesOf(undisturbed)
    const random = new Random(options.seed)
    const figures = { resumeKills: 0, resumeMismatches: 0, resumeRuns: 0, resumes: 0 }
    const out = join(folder, 'out.ndjson')
    while (figures.resumeKills < options.kills) {
      for (const suffix of suffixes) rmSync(out + suffix, { force: true })
      const strategy = strategies[figures.resumeRuns % strategies.length] as string
      for (let kills = 0; ; kills++) {
        const mayKill = kills < options.killsPerRun && figures.resumeKills < options.kills
        const life = (lives.get(strategy) ?? 0) * (kills === 0 ? 1 : RESUMED_SHARE)
        const lifeMs = mayKill ? random.next() * life : undefined
        const { isKilled, hasResumed } = await start(options, strategy, folder, out, lifeMs)
        if (hasResumed) figures.resumes++
        if (!isKilled) break
        figures.resumeKills++
      }
      figures.resumeRuns++
      const isSame = bytesOf(out).every((bytes, at) => bytes !== undefined && expected[at]?.equals(bytes))
      if (!isSame) figures.resumeMismatches++
    }
    return figures
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Starts the command; kills it after so many milliseconds, unless it has come to its end. */
function start(
  { command, module, params }: ResumeOptions,
  strategy: string,
  folder: string,
  out: string,
  lifeMs: number | undefined,
): Promise<Start> {
  const checkpoints = ['--checkpoint', join(folder, 'checkpoints'), '--checkpoint-every-ms', String(EVERY_MS)]
  const given = [...params, `out=${out}`].flatMap((param) => ['-p', param])
  const where = ['--strategy', strategy, '--workers', '2']
  const args = [command, 'run', module, ...given, ...where, ...checkpoints]
  const begun = performance.now()
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const timer = lifeMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), lifeMs)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const isKilled = signal === 'SIGKILL'
      if (code === 0 || isKilled) {
        resolve({
          isKilled,
          ms: performance.now() - begun,
          hasResumed: said.includes('goes on from checkpoint'),
        })
      } else reject(new Error(`the command ended with ${code}: ${said}`))
    })
  })
}
