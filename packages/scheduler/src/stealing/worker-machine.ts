/**
 * `WorkerMachine`: what a worker of a team needs of the thread that it runs in. Called by `StealingWorker`; made by the
 * thread's entry, and by the tests of the protocol, in which all workers are in one thread.
 */

import type { Beacon } from '../worker/beacon.ts'
import type { Transferred } from '../worker/packed.ts'
import type { PrepareTask } from '../worker/protocol.ts'
import type { Region } from '../worker/region-store.ts'
import type { letGo, runTask } from '../worker/run-task.ts'
import type { Report } from './protocol.ts'

/** A worker's surroundings. */
export interface WorkerMachine {
  readonly beacon: Beacon
  readonly runTask: typeof runTask
  readonly letGo: typeof letGo
  /** Resolves when there is nothing to prepare any more. Never rejects. */
  readonly prepare: (task: PrepareTask) => Promise<unknown>
  readonly regionOf: (key: string) => Pick<Region, 'ref' | 'stateful' | 'drop'> | undefined
  /** @throws if the report cannot be cloned. */
  readonly report: (report: Report, transfer: Transferred) => void
  /** Takes the orders that have come meanwhile, in the middle of a batch. */
  readonly hear: () => void
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number
  /** From 0 up to 1. */
  readonly random: () => number
  /** Calls `then` after so many ms, unless the returned function is called before. */
  readonly after: (ms: number, then: () => void) => () => void
  /** Resolves when messages that have come have been heard. */
  readonly turn: () => Promise<void>
}
