/** `StealingPlacement`: the strategy `work-stealing`. Batches are dealt to workers that steal from each other. */

import { InvalidOptionError } from '@millrace/core'
import type { Node, NodePlace, Origins, Plan } from '@millrace/core/engine'
import type { Crew } from '../remote/crew.ts'
import { RemotePlacement } from '../remote/remote-placement.ts'
import { sharedCrew } from '../remote/shared-crew.ts'
import { StealingTeam } from './stealing-team.ts'

const DEFAULT_IDLE_TIMEOUT_MS = 10_000

/** Sends batches to a team of workers. */
export class StealingPlacement extends RemotePlacement {
  /** What an expansion gives goes through a queue, from which others can take it. */
  override mayFuse(from: Node, to: Node, origins: Origins): boolean {
    const { kind } = from.leaf.kernel()
    const isExpansion = kind === 'flatMap' || kind === 'expand'
    return (from.isLocal || !isExpansion) && super.mayFuse(from, to, origins)
  }

  override survey(plan: Plan, origins: Origins): readonly NodePlace[] {
    this.#refuseProcesses()
    return super.survey(plan, origins)
  }

  protected override hire(workers: number): Crew {
    this.#refuseProcesses()
    const { idleTimeoutMs = DEFAULT_IDLE_TIMEOUT_MS, heapLimitMb } = this.options
    const { minWorkers = 0, adaptive = false } = this.options
    const sharesMachine = this.options.budget === 'machine'
    return sharedCrew(StealingTeam, {
      workers,
      minWorkers,
      adaptive,
      sharesMachine,
      idleTimeoutMs,
      heapLimitMb,
    })
  }

  #refuseProcesses(): void {
    const { isolation } = this.options
    if (isolation === 'process') {
      throw new InvalidOptionError(
        'scheduler.isolation',
        isolation,
        'thread with strategy work-stealing, as workers share memory; strategy pool can use processes',
      )
    }
  }
}
