/**
 * What tasks write down: commits, and the messages on the edges between them. Plain data, the same on every substrate.
 *
 * Nothing here runs. Numbers begin with 1; 0 means "none yet".
 */

import type { EdgeStats, Failures, Ledger, NodeStats, StageStats } from '@millrace/core'

/** A place in the committed messages of an edge: the next chunk to take. All before it has been taken. */
export interface ReadPosition {
  /** Transaction of the next chunk. */
  readonly transaction: number
  /** Its number in that transaction. */
  readonly chunk: number
  /** The lowest sequence of the edge's log that is still needed; everything below may be purged. */
  readonly sequence: number
  /** Bytes of all chunks taken so far: what the writer's credit is counted by. */
  readonly bytes: number
  /** Nothing more is taken: the edge has ended, or its reader wants no more. */
  readonly closed: boolean
}

/** Before the first chunk. */
export const BEGIN: ReadPosition = { transaction: 1, chunk: 0, sequence: 1, bytes: 0, closed: false }

/** The last transaction that was committed for an edge; its marker can be written again from this. */
export interface WrittenTransaction {
  /** Epoch whose chunks count. */
  readonly epoch: number
  readonly transaction: number
  /** Chunks in the transaction. */
  readonly count: number
  /** Bytes of all chunks committed so far. */
  readonly bytes: number
  /** Nothing follows. */
  readonly end: boolean
}

/** Where the pieces of a task's state lie. */
export interface StateRef {
  /** Sequences of the pieces, in order. */
  readonly pieces: readonly number[]
  readonly bytes: number
  /** SHA-256 of all bytes, in hexadecimal digits. */
  readonly hash: string
}

/**
 * What becomes of a task now: `running` has an owner, `released` waits for its next one, `ended` has given all and must
 * still tell its readers, `done` needs nothing more, `failed` has ended with an error, and the run with it.
 */
export type Phase = 'running' | 'released' | 'ended' | 'done' | 'failed'

/** Why a run failed. */
export interface Failure {
  readonly term: string
  readonly code: string
  readonly message: string
}

/**
 * One link of a task's chain. The newest holds all there is to know of the task, so a chain's tail is enough to go on from.
 * A claim is a commit as well: it has a higher epoch and the rest of the one before.
 */
export interface Commit {
  readonly task: string
  /** How often the task has been claimed. */
  readonly epoch: number
  /** Number in the chain; one more than that of the link before. */
  readonly number: number
  /** Unique; by it a writer knows its own record again. */
  readonly nonce: string
  /** Member that wrote it. */
  readonly owner: string
  readonly phase: Phase
  /** Claims in a row that led to no commit: the longer, the more patience the task needs. */
  readonly attempts?: number
  /** By input edge. */
  readonly inputs: Readonly<Record<string, ReadPosition>>
  /** By output edge; absent where nothing was committed yet. */
  readonly outputs: Readonly<Record<string, WrittenTransaction>>
  /** `undefined` before the first commit. */
  readonly state?: StateRef | undefined
  /** Where the items of the task went so far; what crosses between tasks is in `crossed`, and neither in nor out. */
  readonly ledger?: Ledger | undefined
  /** Items taken off each input edge, or given to each output edge. */
  readonly crossed?: Readonly<Record<string, number>> | undefined
  readonly failure?: Failure | undefined
}

/** What a task's engine has counted so far. For those who watch: nothing rests on it. */
export interface TaskFigures {
  /** Milliseconds since this owner's engine began. */
  readonly elapsedMs: number
  readonly busyMs: number
  readonly nodes: readonly NodeStats[]
  readonly stages: readonly StageStats[]
  /** What crosses between tasks is there twice: the writer's part, and the reader's. */
  readonly edges: readonly EdgeStats[]
  readonly failures: Failures
  readonly grown: number
  /** Edges that this owner has grown, as they were then. */
  readonly stalls?: readonly EdgeStats[]
}

/** What a host tells of the tasks that it owns. */
export interface Report {
  readonly member: string
  readonly tasks: readonly { readonly task: string; readonly epoch: number; readonly figures: TaskFigures }[]
}

/** A piece of a transaction's items, or of one item that is larger than a message. */
export interface Chunk {
  readonly kind: 'chunk'
  readonly epoch: number
  readonly transaction: number
  /** Number in the transaction, from 0. */
  readonly index: number
  /** The next chunk goes on in the middle of this one. */
  readonly more: boolean
  readonly payload: Uint8Array
}

/** Says that a transaction is committed: its chunks of this epoch count, those of others never will. */
export interface Marker {
  readonly kind: 'marker'
  readonly epoch: number
  readonly transaction: number
  readonly count: number
  readonly end: boolean
}

/** What lies on an edge. */
export type EdgeMessage = Chunk | Marker
