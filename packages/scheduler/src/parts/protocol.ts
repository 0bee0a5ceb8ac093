/**
 * What the caller's thread and the workers of a run say to each other, and the workers among themselves. `README.md`
 * tells when and why.
 *
 * Every value is structured-cloneable. Hosts are numbered: 0 is the caller's thread, parts count from 1.
 */

import type { MessagePort } from 'node:worker_threads'
import type { Durations, EdgeOptions } from '@millrace/core'
import type { BookedTime, CarriedValue, NodeRecord, StageKind, StageState } from '@millrace/core/engine'
import type { WireLetter, WirePolicy } from '../worker/letters.ts'
import type { Packed } from '../worker/packed.ts'
import type { GraphRef, Poison } from '../worker/protocol.ts'
import type { WireItem } from '../worker/refusal.ts'
import type { WireError } from '../worker/wire-error.ts'

/** Raised whenever a field changes its meaning. */
export const PARTS_VERSION = 5

/** Dead letters of a part that the caller's thread has not said to have heard, at most: then what fails there waits. */
export const LETTER_WINDOW = 256

/** The number of the caller's thread among the hosts. */
export const CALLER = 0

/** What a thread is sent: a part is to be hosted, and heard of through this port. */
export interface OpenPart {
  readonly kind: 'open'
  readonly version: number
  readonly port: MessagePort
}

/** What the two ends of an edge tell each other. `edge` is its number in the run. */
export type EdgeMessage =
  | ({ readonly kind: 'items'; readonly edge: number } & SentBatch)
  /** Nothing follows. */
  | { readonly kind: 'end'; readonly edge: number }
  /** The reader has consumed so many items in all: the writer may forget them. */
  | { readonly kind: 'ack'; readonly edge: number; readonly consumed: number }
  /** The reader wants no more. It has consumed so many items, and accounted for so many more that it held. */
  | { readonly kind: 'close'; readonly edge: number; readonly consumed: number; readonly held: number }
  /** The first word of a reader over a new port: what it has received so far, and the rest of what it knows. */
  | ({ readonly kind: 'resume'; readonly received: number } & SavedReader)

/** Items on their way. */
export interface SentBatch {
  readonly items: Packed
  readonly times: Float64Array | undefined
  readonly itemBytes: number
}

/** Source times of the items of an edge, from a position on. */
export interface Stamps {
  readonly from: number
  readonly times: Float64Array
}

/** An edge as a snapshot of its reader has it. */
export interface SavedReader {
  readonly edge: number
  readonly consumed: number
  readonly closed: boolean
  /** Items that it held when it closed. */
  readonly held: number
  /** Those of them that were not counted as unmatched. */
  readonly abandoned: number
}

/** An edge as a snapshot of its writer has it. */
export interface SavedWriter {
  readonly edge: number
  readonly sent: number
  readonly dropped: number
  readonly abandoned: number
  readonly peakItems: number
  readonly closed: boolean
  /** What its reader may ask for again, and the position of the first of it. */
  readonly keptFrom: number
  readonly kept: readonly SentBatch[]
}

/** A stage between two of its activations, with nothing half done. */
export interface SavedStage {
  readonly index: number
  /** `done`: it has ended. `exited`: its nodes have exited, too. */
  readonly phase: 'running' | 'done' | 'exited'
  /** By node: a list. */
  readonly states: CarriedValue
  readonly records: readonly NodeRecord[]
  readonly counts: SavedCounts
  /** By node: calls of its function since calls are noted. */
  readonly calls: readonly number[]
  readonly inbound: readonly SavedReader[]
  readonly outbound: readonly SavedWriter[]
}

/** The figures of a stage, its inlet and its outlet. */
export interface SavedCounts {
  readonly activations: number
  readonly processingMs: number
  readonly batches: number
  readonly batchedItems: number
  readonly lastTime: number
  readonly leftover: number
  readonly joined: number
  readonly unmatched: number
  readonly copied: number
  readonly unread: number
  readonly left: number
}

/** A node of the run's graph that a part hosts. */
export interface PartNode {
  readonly id: string
  /** Position in the run's graph. */
  readonly index: number
  /** Key of the graph that holds its term, and its place in there. */
  readonly graph: string
  readonly at: number
  readonly rows: boolean
  readonly positional: boolean
  /** What was said of its failures; a config may have said it. */
  readonly policy: WirePolicy | undefined
}

/** A stage that a part hosts. */
export interface PartStage {
  /** Position in the run's plan. */
  readonly index: number
  readonly kind: StageKind
  readonly nodes: readonly PartNode[]
  /** Where it goes on, if its last worker was lost. */
  readonly saved: SavedStage | undefined
  /** In which order a merge has taken its items since: the number of an edge, then of items, and so on. */
  readonly order: readonly number[]
}

/** An edge with at least one end in the part. */
export interface PartEdge {
  readonly index: number
  /** Ids of the nodes at its ends, and their positions in the run's graph: -1 for a reader outside of it. */
  readonly from: string
  readonly fromIndex: number
  readonly output: string
  readonly to: string
  readonly toIndex: number
  readonly input: string
  readonly options: EdgeOptions
  /** The hosts of its ends. */
  readonly writer: number
  readonly reader: number
  /** Whether the reader can begin anew, and then asks again for what it has taken since its snapshot. */
  readonly isBacked: boolean
  /** When its items were emitted, if the part begins anew and would emit them at other times. */
  readonly stamps: readonly Stamps[]
  /** What is known of the reader, if the part begins anew. */
  readonly atReader: SavedReader | undefined
}

/** All that a worker must know to run its part. */
export interface PartPlan {
  /** The number of this part among the hosts. */
  readonly host: number
  readonly stages: readonly PartStage[]
  /** The edges into each stage come in the order in which its rows are made. */
  readonly edges: readonly PartEdge[]
  readonly timed: boolean
  readonly batchItems: number
  readonly stopsOnFailure: boolean
  readonly cleanupTimeoutMs: number | undefined
  /** Whether the part is to take snapshots. */
  readonly saves: boolean
  /** Whether it goes on where a lost worker was. */
  readonly resumes: boolean
  /** Whether each call is to be noted, since a worker was lost. */
  readonly isCareful: boolean
  /** Calls that are to fail: workers have died or hung in them. */
  readonly poison: readonly Poison[]
}

/** Orders of the caller's thread. */
export type Command =
  /** Import these modules and build their graphs. Answered by `loaded`, `mismatch` or `failed`. */
  | { readonly kind: 'load'; readonly graphs: readonly GraphRef[] }
  | {
      readonly kind: 'wire'
      readonly plan: PartPlan
      readonly peers: readonly { readonly host: number; readonly port: MessagePort }[]
    }
  /** Another part has a new thread, to be reached through this port. */
  | { readonly kind: 'rewire'; readonly host: number; readonly port: MessagePort }
  /** Snapshots of these edges' readers are stored: nothing before the positions will be asked for again. */
  | { readonly kind: 'stored'; readonly edges: readonly (readonly [edge: number, position: number])[] }
  /** It is this stage's turn to be entered. Answered by `entered`. */
  | { readonly kind: 'enter'; readonly stage: number }
  | { readonly kind: 'start' | 'stop' | 'pause' | 'resume' }
  /** The run has failed or was cancelled. Answered at once by `ending`. */
  | { readonly kind: 'cancel'; readonly error: WireError }
  /** Double the bounds of an edge; its writer lives here. */
  | { readonly kind: 'grow'; readonly edge: number }
  /** So many more dead letters have found room. */
  | { readonly kind: 'heard'; readonly letters: number }
  /** End an edge of a cycle that has run dry; its writer lives here. */
  | { readonly kind: 'dry'; readonly edge: number }

/** A stage as its host sees it. */
export interface StageReport {
  readonly index: number
  readonly activations: number
  readonly processingMs: number
  /** What it has done with its time, in ms, up to `sinceMs`, a moment on the machine's monotonic clock. */
  readonly time: BookedTime
  readonly sinceMs: number
  /** What it has been doing since. */
  readonly state: StageState
  readonly records: readonly NodeRecord[]
  readonly joined: number
  readonly unmatched: number
  readonly copied: number
  readonly unread: number
  readonly left: number
  readonly leftover: number
  readonly heldItems: number
  readonly isDone: boolean
  readonly isWaiting: boolean
  /** As core's `Stage.waitsFor`, if it waits. */
  readonly waitsFor: string | undefined
  /** Numbers of the edges whose next item it waits for. */
  readonly wanted: readonly number[]
}

/** An edge as the host of its writer sees it. */
export interface EdgeReport {
  readonly index: number
  readonly items: number
  readonly bytes: number
  readonly peakItems: number
  readonly sent: number
  /** Estimated. */
  readonly sentBytes: number
  readonly dropped: number
  readonly abandoned: number
  readonly capacityItems: number
  readonly capacityBytes: number
  readonly blockedMs: number
  /** Since when it has held its writer back, in ms on the machine's monotonic clock. */
  readonly blockedSinceMs: number | undefined
  /** How long it was held back each time; undefined if it never was. */
  readonly waits: Durations | undefined
  readonly ended: boolean
  readonly closed: boolean
  readonly parked: boolean
}

/** One end of an edge between hosts: messages that went from writer to reader, and from reader to writer. */
export interface LinkReport {
  readonly index: number
  readonly forward: number
  readonly back: number
  readonly closed: boolean
  /** At the reader's end: items that it held when it closed, unless they were counted as unmatched. */
  readonly abandoned: number
}

/** What has changed in a part since its last report. */
export interface Report {
  /** Nothing here can move before something comes from outside of the part. */
  readonly isQuiet: boolean
  /** Nodes are exiting. */
  readonly isExiting: boolean
  /** What it waits for, if it does, nothing on its thread can bring: no timer, file or connection is open there. */
  readonly isIdle: boolean
  /** A worker was lost, and what it had given has not all been given again. */
  readonly isBehind: boolean
  /** Orders carried out so far. */
  readonly commands: number
  readonly stages: readonly StageReport[]
  readonly edges: readonly EdgeReport[]
  readonly links: readonly LinkReport[]
  readonly heapBytes: number
}

/** What a worker tells the caller's thread. */
export type Reply =
  | { readonly kind: 'loaded' }
  /** A graph built here differs: its fingerprint, line by line. */
  | { readonly kind: 'mismatch'; readonly key: string; readonly lines: readonly string[] }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'entered'; readonly stage: number }
  | { readonly kind: 'report'; readonly report: Report }
  /** An item was set aside. At most `LETTER_WINDOW` of them are under way. */
  | { readonly kind: 'letter'; readonly letter: WireLetter }
  /** Something failed that the run can go on without, once its sources have stopped. */
  | { readonly kind: 'stopFor'; readonly failure: Failure }
  /** A snapshot. Whatever depends on it is sent later. */
  | { readonly kind: 'saved'; readonly saved: SavedStage }
  /** A merge has taken items in this order. What came of them is sent later. */
  | { readonly kind: 'order'; readonly stage: number; readonly runs: readonly number[] }
  /**
   * A source has emitted items at these times, by edge. They are sent on later. One message for all edges: a worker that
   * dies between two would have told one reader's times and not the other's.
   */
  | { readonly kind: 'stamps'; readonly stamps: readonly (readonly [edge: number, stamps: Stamps])[] }
  /** The nodes of a stage that has ended have exited. */
  | { readonly kind: 'exited'; readonly stage: number }
  /** The reader of an edge is about to close it. */
  | { readonly kind: 'closing'; readonly at: SavedReader }
  /** No snapshot of this part can be taken. */
  | { readonly kind: 'unsavable'; readonly reason: string }
  | { readonly kind: 'ending' }
  /** The part's last word; and how many bytes its thread has printed in its life. */
  | { readonly kind: 'ended'; readonly report: Report; readonly printedBytes: number }

/** A failure, with the term that failed if it was one. */
export interface Failure {
  readonly error: WireError
  readonly term: string | undefined
  readonly phase: string
  readonly item: WireItem
}
