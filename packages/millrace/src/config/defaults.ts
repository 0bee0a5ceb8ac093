/** What holds where nothing was set, for `millrace config` to show. What has no entry is left to Node. */

import { DEFAULT_CAPACITY_BYTES, DEFAULT_CAPACITY_ITEMS } from '@millrace/core/engine'
import { usableProcessors } from '@millrace/scheduler'
import type { RunConfig } from './settings.ts'

/** The defaults on this machine. */
export function defaultConfig(): RunConfig {
  return {
    edges: {
      capacityItems: DEFAULT_CAPACITY_ITEMS,
      capacityBytes: DEFAULT_CAPACITY_BYTES,
      overflow: 'block',
    },
    batchItems: 1024,
    growthLimitItems: 1_048_576,
    starvationMs: 1000,
    cleanupTimeoutMs: 10_000,
    onError: 'abort',
    strict: false,
    failureRate: { warnShare: 0.01, actShare: 0.1 },
    checkpoint: { everyMs: 10_000, timeoutMs: 60_000 },
    scheduler: {
      strategy: 'inline',
      workers: usableProcessors(),
      minWorkers: 0,
      adaptive: false,
      batchMs: 16,
      isolation: 'thread',
      idleTimeoutMs: 10_000,
      stateful: 'auto',
      fallback: 'refuse',
    },
  }
}
