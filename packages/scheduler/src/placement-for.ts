/** Picks the strategy: the one place that knows them all. Called by `millrace`'s `run`. */

import { InvalidOptionError } from '@millrace/core'
import type { LazyPlacement } from '@millrace/core/engine'
import { requireWorkerFiles } from './built-file.ts'
import { governor } from './governor/governor.ts'
import { usableProcessors } from './governor/processors.ts'
import type { SchedulerOptions } from './options.ts'
import { withProfile } from './profiles.ts'
import { threadOptions } from './threads/thread-options.ts'

const BUDGETS: readonly unknown[] = ['machine', 'process']

/**
 * Makes the placement for one run; `undefined` for `inline`. Its strategy is loaded when the run begins: who runs inline,
 * or loads a graph in a worker, needs none of them.
 *
 * @throws {InvalidOptionError} for an unknown strategy, for a number of workers that is none, and for more workers at
 * least than at most.
 * @throws {BundledError} for a strategy with workers in a bundle without their files.
 */
export function placementFor(given: SchedulerOptions): LazyPlacement | undefined {
  const options = withProfile(given)
  const { strategy = 'inline', workers = usableProcessors(), minWorkers = 0 } = options
  if (!(Number.isInteger(workers) && workers >= 1)) {
    throw new InvalidOptionError('scheduler.workers', workers, 'a whole number, at least 1')
  }
  if (!(Number.isInteger(minWorkers) && minWorkers >= 0 && minWorkers <= workers)) {
    const allowed = `a whole number from 0 to scheduler.workers (${workers})`
    throw new InvalidOptionError('scheduler.minWorkers', minWorkers, allowed)
  }
  const { budget = given.workers === undefined && given.profile === undefined ? 'machine' : 'process' } =
    given
  if (typeof budget === 'number' ? !(Number.isInteger(budget) && budget >= 1) : !BUDGETS.includes(budget)) {
    throw new InvalidOptionError(
      'scheduler.budget',
      budget,
      '"machine", "process" or a whole number of threads, at least 1',
    )
  }
  if (typeof budget === 'number') governor().budget = budget
  if (strategy === 'dedicated' || strategy === 'hybrid') threadOptions(options)
  if (strategy !== 'inline') requireWorkerFiles()
  switch (strategy) {
    case 'inline':
      return undefined
    case 'dedicated':
      return {
        load: async () =>
          new (await import('./dedicated/dedicated-placement.ts')).DedicatedPlacement(options),
      }
    case 'pool':
      return {
        isSteady: false,
        load: async () =>
          new (await import('./pool/pool-placement.ts')).PoolPlacement({ ...options, budget }),
      }
    case 'work-stealing':
      return {
        isSteady: false,
        load: async () =>
          new (await import('./stealing/stealing-placement.ts')).StealingPlacement({ ...options, budget }),
      }
    case 'hybrid':
      return { load: async () => new (await import('./hybrid/hybrid-placement.ts')).HybridPlacement(options) }
    default:
      throw new InvalidOptionError(
        'scheduler.strategy',
        strategy,
        'one of inline, dedicated, pool, work-stealing, hybrid',
      )
  }
}
