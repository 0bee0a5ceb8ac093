// What a kind of program is to the liveness script: something to play, which says what was wrong with it. Types, and what
// several kinds need; nothing runs here.

import type { Run, SchedulerOptions, Summary } from 'millrace'

export interface Kind {
  /** Plays one program's worth of runs. Gives a line for everything that was not as it must be. */
  readonly play: (scheduler: SchedulerOptions) => Promise<readonly string[]>
}

/** How a run ended: its summary, or the code of its error. */
export async function endOf(done: Promise<Summary>): Promise<Summary | string> {
  try {
    return await done
  } catch (error) {
    return (error as { readonly code?: string }).code ?? String(error)
  }
}

/** A line if the run has lost a worker. */
export function losses(summary: Summary): readonly string[] {
  const { lost } = summary.threads.health
  return lost === 0 ? [] : [`${lost} workers lost that no run hung in`]
}

/** What clean-up has in these programs: what never settles is not to keep them for long. */
export const CLEANUP_TIMEOUT_MS = 200

/** Resolves once a run has taken in something, or a moment later: what it is to be disturbed in has begun by then. */
export async function underWay(running: Pick<Run<unknown>, 'stats'>, ms: number): Promise<void> {
  const since = performance.now()
  while (running.stats().items.in === 0 && performance.now() - since < ms) await pause(5)
  await pause(20)
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
