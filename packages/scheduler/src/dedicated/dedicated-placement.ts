/**
 * `DedicatedPlacement`: each term on a worker of its own. Sinks, pinned terms and terms that no worker can build stay on
 * the caller's thread. Called by `placementFor`.
 *
 * Where the budget has fewer threads than there are terms it refuses, or deals the terms over the threads there are, if
 * that was allowed (`fallback: 'share'`) or a number of workers was asked for. Threads that the machine refuses, rather than the budget, make terms share in any case.
 */

import { InvalidOptionError } from '@millrace/core'
import type { Node, Origins, Plan, StagePlan } from '@millrace/core/engine'
import { NotAGraphModuleError, TooManyTermsError } from '../errors.ts'
import type { SchedulerOptions } from '../options.ts'
import { dealAll } from '../parts/deal.ts'
import { mayGo } from '../parts/may-go.ts'
import { PartsPlacement } from '../parts/parts-placement.ts'
import { acquireThreads, type Granted } from '../threads/thread-cache.ts'
import { threadOptions } from '../threads/thread-options.ts'

/** Runs each term of one run on a worker of its own. */
export class DedicatedPlacement extends PartsPlacement {
  readonly #options: SchedulerOptions

  /** @throws {InvalidOptionError} for options out of range. */
  constructor(options: SchedulerOptions) {
    const { workers } = options
    if (workers !== undefined && !(Number.isInteger(workers) && workers >= 1)) {
      throw new InvalidOptionError('scheduler.workers', workers, 'a whole number, at least 1')
    }
    super({
      threads: threadOptions(options),
      acquire: (stages) => acquire(stages, options),
      deal: (stages: readonly StagePlan[], threads) => dealAll(stages, threads),
    })
    this.#options = options
  }

  /** Every term but sinks and pinned ones. */
  protected override isAway(node: Node, origins: Origins): boolean {
    return mayGo(node, origins) && node.leaf.kernel().kind !== 'sink'
  }

  /** @throws {NotAGraphModuleError} {@link TooManyTermsError} */
  override open(plan: Plan, origins: Origins): Promise<void> {
    const homeless = plan.graph.nodes.filter(
      (node) => !node.leaf.isLocal && node.leaf.kernel().kind !== 'sink' && !mayGo(node, origins),
    )
    if (homeless.length > 0 && this.#options.fallback !== 'inline') {
      throw new NotAGraphModuleError(
        'dedicated',
        homeless.slice(0, 5).map(({ id }) => id),
      )
    }
    return super.open(plan, origins)
  }
}

function acquire(stages: number, options: SchedulerOptions): Granted {
  const { workers, fallback } = options
  // who names a number means that number
  const needed = fallback === 'share' || workers !== undefined ? 0 : stages
  const wanted = Math.min(stages, workers ?? stages)
  const granted = acquireThreads(wanted, needed, threadOptions(options))
  if (granted.granted < needed) throw new TooManyTermsError('dedicated', needed, granted.granted)
  return granted
}
