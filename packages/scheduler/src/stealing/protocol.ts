/** What the caller's thread, the workers and their peers say to each other under `work-stealing`. See README.md. */

import type { StealingStats } from '@millrace/core'
import type { PrepareTask, Reply, Task } from '../worker/protocol.ts'
import type { WireError } from '../worker/wire-error.ts'

/** A batch, or a part of one that was split off: what is queued and stolen. */
export interface Unit {
  /** One number for all parts of a batch. */
  readonly id: number
  /** The part: '' for the batch as it was dealt, a name for what was split off. */
  readonly part: string
  readonly task: Task
}

/** One end of the way between two workers. */
export interface PeerPort {
  on(event: 'message', listener: (word: Word) => void): unknown
  postMessage(word: Word): void
  unref(): void
  close(): void
}

/** What a worker begins with. */
export interface WorkerStart {
  /** Which line of the cells is its own. */
  readonly slot: number
  readonly cells: Int32Array<SharedArrayBuffer>
  /** Where it notes what it does; see `Beacon`. */
  readonly beacon: Int32Array<SharedArrayBuffer>
}

/** See `Order`. */
export interface Drop {
  readonly kind: 'drop'
  readonly id: number
  readonly key: string
  readonly activation: number
  /** In good order, within so many ms: the worker says `dropped` when it has. */
  readonly timeoutMs?: number | undefined
}

/** From the caller's thread. */
export type Order =
  | { readonly kind: 'unit'; readonly unit: Unit }
  | PrepareTask
  /** Another worker, and the way to it. */
  | { readonly kind: 'peer'; readonly slot: number; readonly port: PeerPort }
  /** A worker has ended. */
  | { readonly kind: 'gone'; readonly slot: number }
  /** Nobody waits for this batch any more: none of its parts is begun, and one that is under way stops. */
  | Drop
  /** Do you hear? */
  | { readonly kind: 'ping' }

/** To the caller's thread. */
export type Report =
  | {
      readonly kind: 'reply'
      readonly id: number
      readonly part: string
      /** Parts split off since the last reply, in the order in which they were. */
      readonly forks: readonly string[]
      readonly reply: Reply
      readonly metrics: StealingStats
    }
  /** The reply could not be sent. */
  | { readonly kind: 'lost'; readonly id: number; readonly error: WireError }
  /** It has let go of what it had of a batch, in good order. */
  | { readonly kind: 'dropped'; readonly id: number; readonly reply: Reply }
  | { readonly kind: 'pong' }
  /** It has done what there was to prepare, or could not. */
  | { readonly kind: 'prepared' }

/** Between workers. */
export type Word =
  /** The flag is raised: look, though you may be asleep. */
  | { readonly kind: 'please' }
  | { readonly kind: 'work'; readonly units: readonly Unit[] }
  | { readonly kind: 'none' }
  /** There is work to be had from me. */
  | { readonly kind: 'wake' }

/** Cells of one worker: a cache line, so that neighbours do not slow each other down. */
export const LINE = 16
/** Who asks this worker for work: its slot + 1, or 0. Raised by thieves, taken back by either side. */
export const REQUEST = 0
/** 1 while the worker has something to do. Written by the worker alone. */
export const BUSY = 1
/** 1 once the worker is about to sleep; whoever sets it to 0 again wakes it. */
export const ASLEEP = 2
