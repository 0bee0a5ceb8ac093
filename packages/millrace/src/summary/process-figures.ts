/** `processFigures`: what a process has taken so far. Called when a summary is written. */

import { readFileSync } from 'node:fs'

/** What the process of a run has taken, loading the program included. */
export interface ProcessFigures {
  /** Processor time of all threads, user and system, in ms; on Linux also of processes that it has started and that have ended. */
  readonly cpuMs: number
  /** The most memory that it held, in bytes. */
  readonly peakBytes: number
}

/** The figures of this process. */
export function processFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage()
  const childrenMs = process.platform === 'linux' ? childrenMsIn(procFile('stat')) : 0
  return { cpuMs: (user + system) / 1000 + childrenMs, peakBytes: peakBytes() }
}

/** On Linux `maxRSS` begins with what the parent held when it started this process: there `/proc` tells. */
function peakBytes(): number {
  const known = process.platform === 'linux' ? peakIn(procFile('status')) : undefined
  return known ?? process.resourceUsage().maxRSS * 1024
}

function procFile(name: string): string {
  try {
    return readFileSync(`/proc/self/${name}`, 'utf8')
  } catch {
    // a container without /proc
    return ''
  }
}

/** What a status file of `/proc` says of the peak, in bytes. */
export function peakIn(status: string): number | undefined {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

/** A tick of `/proc`, in ms: `sysconf(_SC_CLK_TCK)` is 100 on every Linux that Node runs on. */
const TICK_MS = 10

/** What a `stat` file of `/proc` says of children that have ended: their user and system time, fields 16 and 17, in ms. */
export function childrenMsIn(stat: string): number {
  // the second field is a name in brackets, which may hold spaces: field 3 follows it
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[16 - 3]) + Number(fields[17 - 3])
  return Number.isFinite(ticks) ? ticks * TICK_MS : 0
}
