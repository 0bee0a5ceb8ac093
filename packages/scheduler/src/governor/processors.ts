/** How many processors this process may use. Called by the governor. */

import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** Processors, at least 1: those the system reports, less what a container's quota takes away. */
export function usableProcessors(readQuota: () => string | undefined = readCgroupQuota): number {
  const [quota, period] = (readQuota() ?? 'max').split(' ')
  const share =
    quota === undefined || quota === 'max' ? Number.POSITIVE_INFINITY : Number(quota) / Number(period)
  const whole = Number.isNaN(share) ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(share))
  return Math.min(availableParallelism(), whole)
}

/** Control group version 2: `<quota> <period>` in microseconds, or `max`. Node does not look at it by itself. */
function readCgroupQuota(): string | undefined {
  try {
    return readFileSync('/sys/fs/cgroup/cpu.max', 'utf8').trim()
  } catch {
    return undefined // no control groups here
  }
}
