/** Picks the strategy: the one place that knows them all. Called by `millrace`'s `run`. */

import { InvalidOptionError } from '@millrace/core'
import type { Placement } from '@millrace/core/engine'
import { DedicatedPlacement } from './dedicated/dedicated-placement.ts'
import { usableProcessors } from './governor/processors.ts'
import { HybridPlacement } from './hybrid/hybrid-placement.ts'
import type { SchedulerOptions } from './options.ts'
import { PoolPlacement } from './pool/pool-placement.ts'
import { withProfile } from './profiles.ts'
import { StealingPlacement } from './stealing/stealing-placement.ts'

/**
 * The placement for one run; `undefined` for `inline`.
 *
 * @throws {InvalidOptionError} for an unknown strategy, and for more workers at least than at most.
 */
export function placementFor(given: SchedulerOptions): Placement | undefined {
  const options = withProfile(given)
  const { strategy = 'inline', workers = usableProcessors(), minWorkers = 0 } = options
  if (!(Number.isInteger(minWorkers) && minWorkers >= 0 && minWorkers <= workers)) {
    const allowed = `a whole number from 0 to scheduler.workers (${workers})`
    throw new InvalidOptionError('scheduler.minWorkers', minWorkers, allowed)
  }
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
