// Starts one contender in a fresh process, watches its memory and threads from outside, and brings its report back.
// Called by run-suite.ts, one process at a time. Every contender gets the same command line.

import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Job, Report } from './contracts.ts'
import { usageOf } from './process-usage.ts'

export interface Measured extends Report {
  /** From the start of the process to its end. */
  readonly processMs: number
  /** From the report, which follows the last answer, to the end of the process. */
  readonly exitMs: number
  /** Undefined where the operating system does not tell. */
  readonly peakThreads: number | undefined
  /** The process had reported, but did not end by itself. */
  readonly lingered: boolean
}

const sampleEveryMs = 20
const GIVE_UP_AFTER_MS = 300_000
const lingerMs = 2_000

/**
 * @param profiles folder for the profiles of the process and of its threads; undefined: none are taken.
 * @throws Error with the contender's own error output when it fails, answers wrongly or hangs.
 */
export async function startContender(
  child: URL,
  job: Job,
  profiles?: string,
  giveUpAfterMs = GIVE_UP_AFTER_MS,
): Promise<Measured> {
  const options = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]
  const start = performance.now()
  const contender = spawn(process.execPath, [...options, fileURLToPath(child), JSON.stringify(job)], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  const watch = watchUsage(contender.pid ?? -1)
  const errors = gather(contender.stderr as Readable)
  const report = gather(contender.stdio[3] as Readable)
  const ended = new Promise<string | undefined>((resolve, reject) => {
    contender.once('error', reject)
    contender.once('close', (code, signal) =>
      resolve(code === 0 ? undefined : (signal ?? `exit code ${code}`)),
    )
  })

  let killed: 'hung' | 'lingered' | undefined
  const killAfter = (ms: number, why: 'hung' | 'lingered') =>
    setTimeout(() => {
      killed = why
      contender.kill('SIGKILL')
    }, ms)
  const hang = killAfter(giveUpAfterMs, 'hung')
  let linger: NodeJS.Timeout | undefined
  // After the report a contender closes what it opened: what still runs then was left running.
  let reported = start
  contender.stdio[3]?.once('data', () => {
    reported = performance.now()
    linger = killAfter(lingerMs, 'lingered')
  })

  const failure = await ended.finally(() => {
    clearTimeout(hang)
    clearTimeout(linger)
    watch.stop()
  })
  const end = performance.now()
  if (killed === 'hung') throw new Error(`no report after ${giveUpAfterMs / 1_000} s\n${errors.text()}`)
  if (killed === undefined && failure !== undefined) throw new Error(`${failure}\n${errors.text()}`)
  const { results, peakRssBytes } = JSON.parse(report.text()) as Report
  return {
    results,
    peakRssBytes: Math.max(peakRssBytes, watch.peakRssBytes()),
    peakThreads: watch.peakThreads(),
    processMs: end - start,
    exitMs: end - reported,
    lingered: killed === 'lingered',
  }
}

function gather(stream: Readable): { text(): string } {
  const pieces: Buffer[] = []
  stream.on('data', (piece: Buffer) => pieces.push(piece))
  return { text: () => Buffer.concat(pieces).toString().trim() }
}

function watchUsage(pid: number) {
  let peakRssBytes = 0
  let peakThreads: number | undefined
  const timer = setInterval(() => {
    const usage = usageOf(pid)
    if (usage === undefined) return
    peakRssBytes = Math.max(peakRssBytes, usage.peakRssBytes)
    peakThreads = Math.max(peakThreads ?? 0, usage.threads)
  }, sampleEveryMs)
  return {
    peakRssBytes: () => peakRssBytes,
    peakThreads: () => peakThreads,
    stop: () => clearInterval(timer),
  }
}
