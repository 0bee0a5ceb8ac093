/** `PoolHost`: what pool stages ask of the placement that made them. */

import type { Stage } from '@millrace/core/engine'
import type { Transferred } from '../worker/packed.ts'
import type { Reply, Task } from '../worker/protocol.ts'

/** What a pool stage asks of its placement. */
export interface PoolHost {
  /** Workers at most. */
  readonly size: number
  /** Takes a slot for a task; without one, the stage is woken when one is free. */
  takeSlot(stage: Stage): boolean
  giveSlot(): void
  isQueued(stage: Stage): boolean
  leave(stage: Stage): void
  run(task: Task, transfer: Transferred, signal: AbortSignal): Promise<Reply>
  /** Whether an error means that the worker was lost, and not that the task failed. */
  isLoss(error: unknown): boolean
  countLoss(): void
  count(reply: Extract<Reply, { kind: 'done' }>): void
}
