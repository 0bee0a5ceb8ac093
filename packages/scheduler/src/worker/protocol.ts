/**
 * What the caller's thread and a worker say to each other: one task there, one reply back.
 *
 * Every value is structured-cloneable. A worker that speaks another version says so instead of guessing.
 */

import type { FailureCounts } from '@millrace/core'
import type { CarriedValue } from '@millrace/core/engine'
import type { CallPlace } from './beacon.ts'
import type { WireLetter, WirePolicy } from './letters.ts'
import type { Packed } from './packed.ts'
import type { WireItem } from './refusal.ts'
import type { WireError } from './wire-error.ts'

/** Raised whenever a field changes its meaning. */
export const PROTOCOL_VERSION = 6

/** Items of one port in a reply at most. */
export const MAX_OUTPUTS = 65_536

/** Where a worker finds a graph. */
export interface GraphRef {
  /** Equal keys mean the same graph, so that a worker builds it once. Begins with the run. */
  readonly key: string
  /** The module whose default export builds the graph; or the module of a single `moduleTerm`. */
  readonly url: string
  /** The export of a module term; `undefined` for a graph module. */
  readonly exportName: string | undefined
  /** The builder's parameters. */
  readonly params: CarriedValue
  /** Hash of what the graph must look like; see core's `fingerprint`. */
  readonly fingerprint: string
  /** Whether its items are frozen. */
  readonly isStrict?: boolean
}

/** An edge between two stages of a region, which are given by their position in it. */
export interface InnerEdge {
  readonly from: number
  readonly output: string
  readonly to: number
  readonly input: string
}

/** A way out of a region. */
export interface RegionExit {
  readonly stage: number
  readonly output: string
  /** Items for a port that nothing reads are counted, not sent. */
  readonly isRead: boolean
  /** Its stage folds what reaches it; what leaves are partials, one for each batch. */
  readonly isTail: boolean
}

/** Stages that a worker runs in one go: all that it must know of them beforehand. */
export interface RegionRef {
  readonly graph: GraphRef
  /** The nodes of each stage, as indexes in the graph; those that items enter come first. */
  readonly stages: readonly (readonly number[])[]
  /** How many stages items enter: each of them gets every item. */
  readonly entries: number
  readonly edges: readonly InnerEdge[]
  readonly exits: readonly RegionExit[]
  /** The port through which items enter. */
  readonly input: string
  readonly timed: boolean
  /** What enters are splits, which the first stage opens. */
  readonly opensSplits: boolean
  /** One worker at a time, batch after batch, with a state that stays. */
  readonly isStateful: boolean
  /** What was said of each node's failures, stage after stage; a config may have said it. */
  readonly policies: readonly (WirePolicy | undefined)[]
  /** Whether items that fail are set aside, and stop the sources, where nothing else is said. */
  readonly stopsOnFailure: boolean
  /** Time limits of single calls by node, in ms; `undefined` if there are none. */
  readonly limitsMs: readonly (number | undefined)[] | undefined
}

/** A call that hangs, or ends its worker: it is not made, but fails with this. */
export type Poison = CallPlace &
  (
    | { readonly kind: 'worker'; readonly error: WireError }
    | { readonly kind: 'timeout'; readonly timeoutMs: number }
  )

/** The state of a stateful stage after so many batches. */
export interface Snapshot {
  readonly batches: number
  /** By node: a list. */
  readonly states: CarriedValue
}

/** Memory that a pool's thread and the caller's share. */
export interface SharedCells {
  /** Where the worker notes what it does; see `Beacon`. */
  readonly beacon: Int32Array<SharedArrayBuffer>
  /** Where it takes tasks; see `Door`. */
  readonly door: Int32Array<SharedArrayBuffer>
}

/** A task, as it is sent to a pool's worker. */
export interface SentTask {
  /** Numbers the tasks of one worker, from 1. */
  readonly number: number
  readonly task: Task | PrepareTask
  /** The same each time. A process shares none. */
  readonly cells: SharedCells | undefined
}

/** Load a region: batches may follow. */
export interface PrepareTask {
  readonly kind: 'prepare'
  readonly version: number
  /** Key of the region. */
  readonly key: string
  readonly region: RegionRef
}

/** What became of a `PrepareTask`. */
export type PrepareReply = { readonly kind: 'ready' } | FailedReply | MismatchReply

/** What a worker is asked to do. */
export type Task = RunTask | ContinueTask | LetGoTask

/** Run a batch through a region. */
export interface RunTask {
  readonly kind: 'run'
  readonly version: number
  /** Key of the region. */
  readonly key: string
  /** The region itself, sent when the worker has said that it does not know it. */
  readonly region: RegionRef | undefined
  /** Tells the batches of one region apart. */
  readonly activation: number
  readonly loads: readonly Load[]
  /**
   * Set after a worker was lost with the batch, to find out why: every call is noted, promises are awaited one at a
   * time, and the batch stays in one piece.
   */
  readonly isCareful: boolean
  /** Calls that are not to be made. Only with `isCareful`. */
  readonly poison: readonly Poison[]
  /** Of a stateful region. */
  readonly stateful: StatefulTask | undefined
}

/** Items, and where they enter. */
export interface Load {
  readonly items: Packed
  readonly times: Float64Array | undefined
  /** At the entries: -1. Or on one edge, for a part of a batch that was taken over from another worker: its index. */
  readonly enterAt: number
}

/** What a batch for a stateful region says beside its items. */
export interface StatefulTask {
  /** Batches that the state has seen so far: a worker with another one has lost it. */
  readonly batches: number
  /** The state to begin with, where the worker has none. */
  readonly restore: Snapshot | undefined
  /** Whether to send the state back with the reply. */
  readonly wantsSnapshot: boolean
  /** No batch follows: call `end`. */
  readonly isLast: boolean
}

/** Go on with a batch that had more to give than a reply may hold. */
export interface ContinueTask {
  readonly kind: 'continue'
  readonly key: string
  readonly activation: number
}

/** Let go of a batch that had more to give, in good order: what fails in its clean-up is the reply. */
export interface LetGoTask {
  readonly kind: 'letGo'
  readonly key: string
  readonly activation: number
  /** How long clean-up may take. */
  readonly timeoutMs: number
}

/** What became of a task. Of a batch that was let go nothing is known any more. */
export type Reply = DoneReply | FailedReply | MismatchReply | { readonly kind: 'unknown' }

/** The batch was run; or, with `hasMore`, as far as a reply may hold. */
export interface DoneReply {
  readonly kind: 'done'
  /** Of each way out that is read. */
  readonly outputs: Outputs
  /** What went through each node: six counts each, in the order of `NODE_COUNTS`. */
  readonly counts: Float64Array
  /** Copies made inside for second and further readers. */
  readonly copied: number
  /** Items for ports that nothing reads. */
  readonly left: number
  readonly hasMore: boolean
  /** Of a stateful region: it wants nothing more. */
  readonly hasEnded: boolean
  readonly snapshot: Snapshot | undefined
  /** Of the nodes that failed. */
  readonly failures: readonly NodeFailures[]
  readonly worker: number
  /** When the batch, or what is left of it, was begun, in ms on the machine's monotonic clock. */
  readonly begunAtMs: number
  /** In which terms were at work. */
  readonly busyMs: number
  /** In which promises of terms were waited for. */
  readonly waitedMs: number
  /** Of both, by node: at work (estimated from samples) or waited for. */
  readonly nodeMs: Float64Array
  readonly heapBytes: number
}

/** What failed in one node since the last reply. */
export interface NodeFailures {
  /** Index among the region's nodes. */
  readonly at: number
  readonly counts: FailureCounts
  /** What was set aside, in the order of the node's items. */
  readonly letters: readonly WireLetter[]
}

/** A term failed, or the graph could not be loaded. */
export interface FailedReply {
  readonly kind: 'failed'
  /** Index among the region's nodes of the one that failed; -1 if none did. */
  readonly at: number
  readonly phase: string
  readonly error: WireError
  readonly item: WireItem
}

/** The graph built here differs: its fingerprint, line by line. */
export interface MismatchReply {
  readonly kind: 'mismatch'
  readonly lines: readonly string[]
}

/** The fields of a node's record, in the order in which they travel. */
export const NODE_COUNTS = ['in', 'out', 'born', 'extra', 'empty', 'failed'] as const

/** The items of several ports: packed port by port, or all in a row where there are many ports with few items. */
export interface Outputs {
  readonly packs: readonly Packed[]
  /** Items of each port. */
  readonly sizes: readonly number[]
  /** Source times of all, port after port. */
  readonly times: Float64Array | undefined
}
