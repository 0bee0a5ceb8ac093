// What the operating system says about a process: its peak resident memory and its number of threads.
// start-contender.ts samples a contender with it; the contender's process reads its own peak at the end.

import { readFileSync } from 'node:fs'

export interface Usage {
  readonly peakRssBytes: number
  readonly threads: number
}

/** Undefined where there is no /proc, or when the process is gone. */
export function usageOf(pid: number | 'self'): Usage | undefined {
  try {
    return parseStatus(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return undefined
  }
}

/** Reads the lines `VmHWM: 1234 kB` and `Threads: 12`; a process that has ended shows no memory. */
export function parseStatus(status: string): Usage | undefined {
  const peakKb = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]
  const threads = /^Threads:\s+(\d+)$/m.exec(status)?.[1]
  if (peakKb === undefined || threads === undefined) return undefined
  return { peakRssBytes: Number(peakKb) * 1_024, threads: Number(threads) }
}

/** /proc first: on Linux `maxRSS` also counts what the parent held when it started this process. */
export function ownPeakRssBytes(): number {
  return usageOf('self')?.peakRssBytes ?? process.resourceUsage().maxRSS * 1_024
}
