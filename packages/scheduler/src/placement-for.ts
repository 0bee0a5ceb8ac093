/** Picks the strategy: the one place that knows them all. Called by `millrace`'s `run`. */

import { InvalidOptionError } from '@millrace/core'
import type { Placement } from '@millrace/core/engine'
import { DedicatedPlacement } from './dedicated/dedicated-placement.ts'
import { HybridPlacement } from './hybrid/hybrid-placement.ts'
import type { SchedulerOptions } from './options.ts'
import { PoolPlacement } from './pool/pool-placement.ts'
import { StealingPlacement } from './stealing/stealing-placement.ts'

/** The placement for one run; `undefined` for `inline`. @throws {InvalidOptionError} for an unknown strategy. */
export function placementFor(options: SchedulerOptions): Placement | undefined {
  const { strategy = 'inline' } = options
  switch (strategy) {
    case 'inline':
      return undefined
    case 'dedicated':
      return new DedicatedPlacement(options)
    case 'pool':
      return new PoolPlacement(options)
    case 'work-stealing':
      return new StealingPlacement(options)
    case 'hybrid':
      return new HybridPlacement(options)
    default:
      throw new InvalidOptionError(
        'scheduler.strategy',
        strategy,
        'one of inline, dedicated, pool, work-stealing, hybrid',
      )
  }
}
