/** `Dispatcher`: what the stages of a run ask of the strategy that has the workers. */

import type { Stage, Way } from '@millrace/core/engine'
import type { DoneReply, LetGoTask, Reply, Task } from '../worker/protocol.ts'
import type { CallLimits } from './hang-watch.ts'

/** Makes a task anew for each attempt. */
export type TaskMaker = () => Task

/** Stands for a worker, to send it another task later. */
export type WorkerHandle = object

/** A reply, and who gave it. */
export interface Answer {
  readonly reply: Reply
  readonly worker: WorkerHandle
}

/** What a stage asks of its strategy. */
export interface Dispatcher {
  /** Workers at most. 0: everything is done on the caller's thread. */
  readonly size: number
  /** How what is sent goes. */
  readonly way: Way
  /** A batch is sized to keep a worker busy for about so long. */
  readonly batchMs: number
  /** Takes a slot for a task; without one, the stage is woken when one is free. */
  takeSlot(stage: Stage): boolean
  giveSlot(): void
  /** Takes a slot though none may be free: for what is under way already. */
  forceSlot(): void
  isQueued(stage: Stage): boolean
  leave(stage: Stage): void
  /**
   * Runs a task on any worker, or on the one given; on this thread if there is none that can. Rejects only if the worker
   * was lost (with a `WorkerDeath`) or is gone, or `signal` aborted.
   *
   * `signal` says that nobody waits for the batch any more, nor for what a later task would ask of it: its worker is to let
   * go of it, and is ended if it has not after a moment. So is a worker in a call that takes longer than its limit.
   */
  run(
    makeTask: TaskMaker,
    signal: AbortSignal,
    worker: WorkerHandle | undefined,
    limitsMs: CallLimits | undefined,
  ): Promise<Answer>
  /**
   * Has whoever has more of a batch let go of it in good order: resolves with what failed in that, if something did.
   * What is under way of it stops. `worker` is whoever answered last. Rejects if a worker was lost in it, or `signal` aborted.
   */
  letGo(task: LetGoTask, worker: WorkerHandle | undefined, signal: AbortSignal): Promise<Reply | undefined>
  /** A worker was lost, for this reason. */
  countLoss(reason: unknown): void
  count(reply: DoneReply): void
}
