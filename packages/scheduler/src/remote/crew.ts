/** `Crew`: the workers that a run has, as a placement sees them. Strategies implement it. Types only. */

import type { Health, MachineStats, StealingStats } from '@millrace/core'
import type { LetGoTask, PrepareTask, Reply } from '../worker/protocol.ts'
import type { Answer, TaskMaker, WorkerHandle } from './dispatcher.ts'
import type { CallLimits } from './hang-watch.ts'

/** What went wrong with threads, by cause; see `Health`. */
export type ErrorCounts = Readonly<Pick<Health, 'denied' | 'refused' | 'lost'>>

/** The workers that a run has, alone or with other runs. */
export interface Crew {
  /** Workers that there are; 0 means that the caller must do the work itself. */
  readonly size: number
  /** Workers that there should be. */
  readonly wanted: number
  /** What went wrong so far, in all runs; and until the last run took part. */
  readonly errors: ErrorCounts
  readonly errorsBefore: ErrorCounts
  /** What it has of the machine; `undefined` if it asks nobody. */
  readonly machine?: MachineStats | undefined
  /** Most workers at the same time so far. */
  readonly peak: number
  /** As `Dispatcher.run`; resolves with `undefined` if there is no worker that can run the task. */
  run(
    makeTask: TaskMaker,
    signal: AbortSignal,
    worker: WorkerHandle | undefined,
    limitsMs: CallLimits | undefined,
  ): Promise<Answer | undefined>
  /** As `Dispatcher.letGo`. */
  letGo(task: LetGoTask, worker: WorkerHandle | undefined, signal: AbortSignal): Promise<Reply | undefined>
  /**
   * Has workers that are new start, and load what they are going to run: of use where the sources take a while to begin.
   * Resolves when they have, or could not. Once `signal` aborts, those that still hang in it after a moment are ended.
   */
  prepare(task: PrepareTask, signal: AbortSignal): Promise<void>
  /** Has workers that are processes forget what they keep for a run. */
  tellEnd(run: string): void
  /** A worker was lost for this reason. Several batches may have been lost with it. */
  countLoss(reason: unknown): void
  /** Threads lost in the place of this one before it. */
  restartsOf(thread: number): number
  /** What a worker has done to find work, where workers steal. */
  stealingOf?(thread: number): StealingStats | undefined
  /** A run takes part: sees that there are the workers there should be, as far as threads are free. */
  acquire(): void
  /** The run needs the workers no more. */
  release(): void
}
