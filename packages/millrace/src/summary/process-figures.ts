/** `processFigures`: what a process has taken so far. Called when a summary is written. */

import { readFileSync } from 'node:fs'

/** What the process of a run has taken, loading the program included. */
export interface ProcessFigures {
  /** Processor time of all threads, user and system, in ms. */
  readonly cpuMs: number
  /** The most memory that it held, in bytes. */
  readonly peakBytes: number
}

/** The figures of this process. */
export function processFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage()
  return { cpuMs: (user + system) / 1000, peakBytes: peakBytes() }
}

/** On Linux `maxRSS` begins with what the parent held when it started this process: there `/proc` tells. */
function peakBytes(): number {
  const known = process.platform === 'linux' ? peakIn(statusFile()) : undefined
  return known ?? process.resourceUsage().maxRSS * 1024
}

function statusFile(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8')
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
