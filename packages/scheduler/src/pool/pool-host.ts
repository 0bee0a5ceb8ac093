/** `PoolHost`: what pool stages ask of the placement that made them. */

import type { Stage } from '@millrace/core/engine'
import type { Transferred } from '../worker/packed.ts'
import type { Reply, Task } from '../worker/protocol.ts'

/** Makes a task anew for each attempt: what was transferred with the last one is gone. */
export type TaskMaker = (transfer: Transferred) => Task

/** What a pool stage asks of its placement. */
export interface PoolHost {
  /** Workers at most. */
  readonly size: number
  /** Takes a slot for a task; without one, the stage is woken when one is free. */
  takeSlot(stage: Stage): boolean
  giveSlot(): void
  /** Takes a slot though none may be free: for what was under way already, in one piece. */
  forceSlot(): void
  isQueued(stage: Stage): boolean
  leave(stage: Stage): void
  /**
   * Runs a task on a worker; on this thread if there is none that can. `signal` ends the worker. Rejects only if the
   * worker was lost, or `signal` aborted.
   */
  run(makeTask: TaskMaker, signal: AbortSignal): Promise<Reply>
  /** A worker was lost. */
  countLoss(): void
  count(reply: Extract<Reply, { kind: 'done' }>): void
}
