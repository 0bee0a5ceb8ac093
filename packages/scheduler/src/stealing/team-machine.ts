/**
 * `TeamMachine`: what a team of workers needs of the machine: threads, channels between them, a timer. Called by
 * `StealingTeam` and `TeamWorker`; the tests of the protocol have one in which everything happens in one thread.
 */

import { fileURLToPath } from 'node:url'
import { MessageChannel, type Transferable, Worker } from 'node:worker_threads'
import { builtFile } from '../built-file.ts'
import { requireFreeFiles } from '../threads/free-files.ts'
import { workerFlags } from '../threads/worker-flags.ts'
import { handOverModules } from '../typescript/known-modules.ts'
import type { Order, PeerPort, Report, WorkerStart } from './protocol.ts'

/** A thread, as the caller's thread sees it. */
export interface TeamThread {
  readonly threadId: number
  postMessage(order: Order, transfer?: readonly Transferable[]): void
  on(event: 'message', listener: (report: Report) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  ref(): void
  unref(): void
  terminate(): unknown
}

/** Where the workers of a team run. */
export interface TeamMachine {
  /** @throws `ERR_WORKER_INIT_FAILED` if the machine refuses a thread. */
  startThread(start: WorkerStart, heapLimitMb: number | undefined): TeamThread
  makeChannel(): { readonly port1: PeerPort; readonly port2: PeerPort }
  /** Calls `then` after so many ms; keeps no process alive. */
  after(ms: number, then: () => void): void
}

const ENTRY = fileURLToPath(builtFile('stealing/entry.js'))

/** Real threads. */
export const realMachine: TeamMachine = {
  startThread(start, heapLimitMb) {
    requireFreeFiles()
    handOverModules()
    return new Worker(ENTRY, {
      workerData: start,
      ...workerFlags('thread'),
      ...(heapLimitMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapLimitMb } }),
    })
  },
  makeChannel: () => new MessageChannel(),
  after: (ms, then) => void setTimeout(then, ms).unref(),
}
