/**
 * `Work`: what a task does between its inputs and its outputs. In production it is core's engine on a part of the graph
 * (`task/engine-work.ts`); the model test has a few lines instead. The protocol knows nothing else of items.
 */

import type { Ledger } from '@millrace/core'
import type { Failure, ReadPosition, TaskFigures } from '../port/records.ts'
import type { CommittedChunk } from './read-committed.ts'

/** A work's state at one instant: it gives the same again from here. */
export interface Cut {
  /** All that is needed to go on. */
  readonly state: readonly Uint8Array[]
  /** Behind what was taken of each input that has begun. */
  readonly inputs: Readonly<Record<string, ReadPosition>>
  readonly ledger?: Ledger | undefined
  /** Items taken off each input, or given to each output, so far. */
  readonly crossed?: Readonly<Record<string, number>> | undefined
  /** Resolves once what the state says of the outside would survive a crash; the commit waits for it. */
  readonly flushed?: Promise<unknown>
}

/** The end of a task's work. */
export interface Ended {
  /** What the sinks have to report. */
  readonly state: readonly Uint8Array[]
  readonly ledger?: Ledger | undefined
  readonly crossed?: Readonly<Record<string, number>> | undefined
}

/** What the work is given. */
export interface Surroundings {
  /** Committed chunks of an input, from a place on. */
  read(edge: string, from: ReadPosition | undefined): AsyncIterable<CommittedChunk>
  /** Whether an output has credit left; `onRoom` is called when it has again. */
  hasRoom(edge: string): boolean
  /** Gives a chunk to an output. Beyond its credit only at the end. */
  write(edge: string, payload: Uint8Array): void
  /**
   * Called at the instant of a cut, with all that was written before it and nothing after. No other cut is taken until what
   * it returns has resolved: to whether all of this one is committed.
   */
  onCut(cut: Cut): Promise<boolean>
  /** Aborts when the task has another owner, or the host gives up. */
  readonly signal: AbortSignal
}

/** A task's work, from its state on. */
export interface Work {
  /** Works until all inputs have ended, or are wanted no more. Rejects with what failed. */
  run(): Promise<Ended>
  /** Has a cut taken soon. */
  cut(): void
  /** An output has room again. */
  onRoom(): void
  /** The reader of an output wants no more. */
  onClosed(edge: string): void
  /** Lets the task's own sources end. */
  stop(): void
  /** What it has counted so far, for those who watch. */
  figures?(): TaskFigures
  /** Lets go of everything. Resolves once nothing is held any more; never fails. */
  dispose(): Promise<void>
}

/** Makes the work of a task; `state` is that of its last cut. */
export type MakeWork = (
  task: TaskShape,
  state: readonly Uint8Array[] | undefined,
  around: Surroundings,
) => Work

/** A task, as the protocol sees it. */
export interface TaskShape {
  /** Unique in its run, the same on every host. */
  readonly name: string
  /** Edges it reads. */
  readonly inputs: readonly string[]
  /** Edges it writes. */
  readonly outputs: readonly string[]
  /** What a member must have to own it; `undefined` for any. */
  readonly label?: string | undefined
}

/** Tells what a failure of a task's work was, for the other hosts. */
export type TellFailure = (error: unknown) => Failure
