/**
 * What a checkpoint holds of an engine: plain, structured-cloneable data, made and read by the classes it speaks of.
 *
 * Nothing here runs. Windows on arrays are cut out when they are saved, so that no item behind them travels along.
 */

import type { NodeRecord } from './node-record.ts'

/** Items on an edge or in a queue, with their source times where these travel. */
export interface SavedItems {
  readonly items: readonly unknown[]
  readonly times: readonly number[] | undefined
}

/** A batch on an edge. */
export interface SavedBatch extends SavedItems {
  readonly itemBytes: number
}

/** An edge: what lies on it, and its figures. */
export interface EdgeSnapshot {
  /** Ids of the nodes at its ends. */
  readonly writer: string
  readonly reader: string
  readonly batches: readonly SavedBatch[]
  readonly sent: number
  readonly dropped: number
  readonly abandoned: number
  readonly peakItems: number
  readonly capacityItems: number
  readonly capacityBytes: number
  readonly ended: boolean
  readonly closed: boolean
}

/** The figures of an inlet and an outlet. */
export interface PortCounts {
  readonly left: number
  readonly copied: number
  readonly unread: number
  /** Items that were taken off edges, and that no node got to see. */
  readonly leftover: number
  readonly joined: number
  readonly unmatched: number
}

/** A stage: its nodes, and what its kind keeps beside them. */
export interface StageSnapshot {
  readonly isDone: boolean
  /** By node. */
  readonly states: readonly unknown[]
  /** What was emitted and not yet taken, by node. */
  readonly pending: readonly (readonly unknown[] | null)[]
  /** Where sinks stand in what they write to, by node. */
  readonly positions: readonly unknown[]
  readonly records: readonly NodeRecord[]
  readonly ports: PortCounts
  /** Of the stage's kind; `undefined` once it is done. */
  readonly own: unknown
}

/** A whole engine between two activations. */
export interface EngineSnapshot {
  /** In the order of the plan. */
  readonly stages: readonly StageSnapshot[]
  /** In the order in which they were wired. */
  readonly edges: readonly EdgeSnapshot[]
  /** The sinks' results so far, by index of the node. */
  readonly results: readonly (readonly [node: number, result: unknown])[]
  readonly grown: number
}
