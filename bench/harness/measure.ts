// The stopwatch: runs inside the contender's own process, called by child.ts. It treats every contender alike and
// never times an answer that it has not checked.

import type { Figures, Measurable, TimedRuns, Window } from './contracts.ts'
import { median } from './statistics.ts'

export async function measure(measurable: Measurable, window: Window): Promise<Figures> {
  return 'measure' in measurable ? measurable.measure(window) : measureRuns(measurable, window)
}

async function measureRuns(timed: TimedRuns, window: Window): Promise<Figures> {
  await repeat(timed, window.warmUpMs, 1, window.warmUpRuns)
  const cpuBefore = process.cpuUsage()
  const runMs = await repeat(timed, window.measureMs, window.leastRuns, Number.POSITIVE_INFINITY)
  const cpu = process.cpuUsage(cpuBefore)
  const medianMs = median(runMs)
  return {
    itemsPerSecond: (timed.items / medianMs) * 1_000,
    runMs: medianMs,
    fastestRunMs: Math.min(...runMs),
    slowestRunMs: Math.max(...runMs),
    runs: runMs.length,
    // of all threads of the process, checking the answers included: what is left of the noise of a busy machine
    cpuMs: (cpu.user + cpu.system) / 1_000 / runMs.length,
    ...(await timed.figures?.()),
  }
}

async function repeat(
  { run, check }: TimedRuns,
  forMs: number,
  least: number,
  most: number,
): Promise<number[]> {
  const runMs: number[] = []
  const end = performance.now() + forMs
  while (runMs.length < most && (runMs.length < least || performance.now() < end)) {
    const start = performance.now()
    const answer = await run()
    runMs.push(performance.now() - start)
    const problem = check(answer)
    if (problem !== undefined) throw new Error(`wrong answer: ${problem}`)
  }
  return runMs
}
