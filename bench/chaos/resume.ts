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
  /** The text file that it reads. */
  readonly file: string
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

interface Start {
  readonly isKilled: boolean
  readonly ms: number
  readonly hasResumed: boolean
}

export async function killAndResume(options: ResumeOptions): Promise<ResumeFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-chaos-'))
  try {
    const undisturbed = join(folder, 'undisturbed.ndjson')
    // timed with checkpoints: kills are to fall anywhere into such a run
    const { ms } = await start(options, folder, undisturbed, undefined)
    const expected = readFileSync(undisturbed)
    const random = new Random(options.seed)
    const figures = { resumeKills: 0, resumeMismatches: 0, resumeRuns: 0, resumes: 0 }
    while (figures.resumeKills < options.kills) {
      const out = join(folder, 'out.ndjson')
      rmSync(out, { force: true })
      for (let kills = 0; ; ) {
        const mayKill = kills < options.killsPerRun && figures.resumeKills < options.kills
        const killed = await start(options, folder, out, mayKill ? random.next() * ms : undefined)
        if (killed.hasResumed) figures.resumes++
        if (!killed.isKilled) break
        kills++
        figures.resumeKills++
      }
      figures.resumeRuns++
      if (!existsSync(out) || !readFileSync(out).equals(expected)) figures.resumeMismatches++
    }
    return figures
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Starts the command; kills it after so many milliseconds, unless it has come to its end. */
function start(
  { command, module, file }: ResumeOptions,
  folder: string,
  out: string,
  lifeMs: number | undefined,
): Promise<Start> {
  const checkpoints = ['--checkpoint', join(folder, 'checkpoints'), '--checkpoint-every-ms', String(EVERY_MS)]
  const args = [command, 'run', module, '-p', `file=${file}`, '-p', `out=${out}`, ...checkpoints]
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
