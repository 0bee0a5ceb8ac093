// Processor time on Linux: of a process, and of all that it has started and waited for.

import { readFileSync } from 'node:fs'

/** Clock ticks of a second, as all Linux has them. */
const TICKS = 100
/** Places in `/proc/PID/stat` behind the name: user and system time, and those of children that have ended. */
const OWN = [11, 12]
const CHILDREN = [13, 14]

function millisecondsOf(pid: number | 'self', places: readonly number[]): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (1000 * places.reduce((sum, place) => sum + Number(fields[place]), 0)) / TICKS
}

/** Milliseconds of processor time that a process has used. */
export function usedBy(pid: number): number {
  return millisecondsOf(pid, OWN)
}

/** Milliseconds of processor time of all children of this process that have ended, and theirs. */
export function usedByChildren(): number {
  return millisecondsOf('self', CHILDREN)
}
