/** The options of threads, out of those of a scheduler. Called by the placements that use parts. */

import { InvalidOptionError } from '@millrace/core'
import type { SchedulerOptions } from '../options.ts'
import type { ThreadOptions } from './thread-cache.ts'

const DEFAULT_IDLE_TIMEOUT_MS = 10_000
/** A worker with less heap dies before it has loaded anything. */
const MIN_HEAP_MB = 16

/** @throws {InvalidOptionError} for a heap that is too small, or for processes, which cannot share ports. */
export function threadOptions({
  idleTimeoutMs,
  heapLimitMb,
  isolation,
  strategy,
}: SchedulerOptions): ThreadOptions {
  if (heapLimitMb !== undefined && !(heapLimitMb >= MIN_HEAP_MB)) {
    throw new InvalidOptionError('scheduler.heapLimitMb', heapLimitMb, `at least ${MIN_HEAP_MB}`)
  }
  if (isolation === 'process' && strategy === 'dedicated') {
    throw new InvalidOptionError('scheduler.isolation', isolation, '"thread" under strategy "dedicated"')
  }
  return { idleTimeoutMs: idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS, heapLimitMb }
}
