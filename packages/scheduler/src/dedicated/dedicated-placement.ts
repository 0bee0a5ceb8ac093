/**
 * `DedicatedPlacement`: each term on a worker of its own. Sinks, pinned terms and terms that no worker can build stay on
 * the caller's thread. Called by `placementFor`.
 *
 * Where the budget has fewer threads than there are terms it refuses, or deals the terms over the threads there are, if
 * that was allowed (`fallback: 'share'`) or a number of workers was asked for. Threads that the machine refuses, rather than the budget, make terms share in any case.
 */

import { InvalidOptionError } from '@millrace/core'
import type { Node, NodePlace, Origins, Plan, StagePlan } from '@millrace/core/engine'
import { NotAGraphModuleError, TooManyTermsError } from '../errors.ts'
import { governor } from '../governor/governor.ts'
import type { SchedulerOptions } from '../options.ts'
import { dealAll } from '../parts/deal.ts'
import { mayGo, whyNot } from '../parts/may-go.ts'
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
  protected override whyHere(node: Node, origins: Origins): string | undefined {
    const why = whyNot(node, origins)
    return why ?? (node.leaf.kernel().kind === 'sink' ? 'it is a sink' : undefined)
  }

  protected override foresee(stages: number): string {
    const { wanted, needed } = threadsFor(stages, this.#options)
    const { budget } = governor()
    if (budget < needed) throw new TooManyTermsError('dedicated', needed, budget)
    const threads = Math.min(wanted, budget)
    return threads < stages
      ? `${stages} terms share ${threads} ${threads === 1 ? 'worker' : 'workers'}`
      : 'it has a worker of its own'
  }

  /** @throws {NotAGraphModuleError} {@link TooManyTermsError} */
  override open(plan: Plan, origins: Origins): Promise<void> {
    this.#refuseHomeless(plan, origins)
    return super.open(plan, origins)
  }

  override survey(plan: Plan, origins: Origins): readonly NodePlace[] {
    this.#refuseHomeless(plan, origins)
    return super.survey(plan, origins)
  }

  #refuseHomeless({ graph }: Plan, origins: Origins): void {
    const homeless = graph.nodes.filter(
      (node) => !node.isLocal && node.leaf.kernel().kind !== 'sink' && !mayGo(node, origins),
    )
    if (homeless.length === 0 || this.#options.fallback === 'inline') return
    throw new NotAGraphModuleError(
      'dedicated',
      homeless.slice(0, 5).map(({ id }) => id),
    )
  }
}

/** Threads at most and at least: who names a number of workers means that number. */
function threadsFor(
  stages: number,
  { workers, fallback }: SchedulerOptions,
): { readonly wanted: number; readonly needed: number } {
  const needed = fallback === 'share' || workers !== undefined ? 0 : stages
  return { wanted: Math.min(stages, workers ?? stages), needed }
}

function acquire(stages: number, options: SchedulerOptions): Granted {
  const { wanted, needed } = threadsFor(stages, options)
  const granted = acquireThreads(wanted, needed, threadOptions(options))
  if (granted.granted < needed) throw new TooManyTermsError('dedicated', needed, granted.granted)
  return granted
}
