/**
 * What the caller's thread and a worker say to each other: one task there, one reply back.
 *
 * Every value is structured-cloneable. A worker that speaks another version says so instead of guessing.
 */

import type { NodeRecord } from '@millrace/core/engine'
import type { Packed } from './packed.ts'
import type { WireError } from './wire-error.ts'

/** Raised whenever a field changes its meaning. */
export const PROTOCOL_VERSION = 1

/** Where a worker finds a graph. */
export interface GraphRef {
  /** Equal keys mean the same graph, so that a worker builds it once. */
  readonly key: string
  /** The module whose default export builds the graph; or the module of a single `moduleTerm`. */
  readonly url: string
  /** The export of a module term; `undefined` for a graph module. */
  readonly exportName: string | undefined
  /** The builder's parameters. */
  readonly params: unknown
  /** Hash of what the graph must look like; see core's `fingerprint`. */
  readonly fingerprint: string
}

/** One activation: a stage and a batch. */
export interface Task {
  readonly version: number
  /** Key of the graph. */
  readonly key: string
  /** The graph itself, sent when the worker has said that it does not know the key. */
  readonly graph: GraphRef | undefined
  /** The stage's nodes, as indexes in the graph. */
  readonly nodes: readonly number[]
  readonly timed: boolean
  readonly items: Packed
  readonly times: Float64Array | undefined
  /** Check that results can be cloned: set after a reply was lost because one could not. */
  readonly diagnose: boolean
}

/** The outputs of one port. */
export interface PortItems {
  readonly items: Packed
  readonly times: Float64Array | undefined
}

/** What became of a task. */
export type Reply =
  | {
      readonly kind: 'done'
      readonly ports: readonly PortItems[]
      /** What went through each node. */
      readonly records: readonly NodeRecord[]
      readonly worker: number
      readonly busyMs: number
      readonly heapBytes: number
    }
  | {
      readonly kind: 'failed'
      /** Index in the task's nodes of the one that failed; -1 if none did. */
      readonly at: number
      readonly phase: string
      readonly error: WireError
      readonly item: unknown
    }
  /** The worker has not met this graph yet: send it along. */
  | { readonly kind: 'unknown' }
  /** The batch gave more than a reply may hold: send it in halves. */
  | { readonly kind: 'too large' }
  /** The graph built here differs: its fingerprint, line by line. */
  | { readonly kind: 'mismatch'; readonly lines: readonly string[] }
