/** `PoolPlacement`: the strategy `pool`. Batches go to any worker of a pool that all runs of the process share. */

import type { Crew } from '../remote/crew.ts'
import { RemotePlacement } from '../remote/remote-placement.ts'
import { sharedCrew } from '../remote/shared-crew.ts'
import { SharedPool } from './shared-pool.ts'

const DEFAULT_IDLE_TIMEOUT_MS = 10_000

/** Sends batches to the workers of a shared pool. */
export class PoolPlacement extends RemotePlacement {
  protected override hire(workers: number): Crew {
    const { isolation = 'thread', idleTimeoutMs = DEFAULT_IDLE_TIMEOUT_MS, heapLimitMb } = this.options
    const { minWorkers = 0, adaptive = false } = this.options
    const sharesMachine = this.options.budget === 'machine'
    return sharedCrew(SharedPool, {
      workers,
      minWorkers,
      adaptive,
      sharesMachine,
      isolation,
      idleTimeoutMs,
      heapLimitMb,
    })
  }
}
