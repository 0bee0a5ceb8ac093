/**
 * `Substrate`: what Millrace asks of a replicated log. The protocol is written against this port alone; there is one on NATS
 * JetStream, and one in memory for tests. Kafka's transactions would fit as well.
 *
 * What a substrate promises, each to be tested (`substrate.case.ts`):
 *
 * 1. `append` is linearizable, and succeeds only if the chain's newest record is the expected one.
 * 2. `tail` returns the newest record that any `append` was acknowledged for before it was called.
 * 3. What was acknowledged is there until it is purged, in the order of sequences, for every reader.
 * 4. A call that rejects with `OutcomeUnknownError` may have been done, or may still be done later, or may be done twice.
 *
 * Nothing is promised about `watch` and `members` but that they get there in the end: they are hints.
 */

import type { Commit, EdgeMessage, Report } from './records.ts'

/** A commit where it stands in its chain. */
export interface Tail {
  /** Grows along the chain. What the next `append` has to expect. */
  readonly sequence: number
  readonly commit: Commit
}

/** A message where it stands on its edge. */
export interface Received {
  readonly sequence: number
  readonly message: EdgeMessage
}

/** A host that takes part in a run. */
export interface Member {
  /** Unique for each start of a host. */
  readonly name: string
  /** What tasks may ask for, as `disk=a`; the command that started the run has `caller`. */
  readonly labels: readonly string[]
  /** Grows with each beat: a member whose beats stop is suspected. */
  readonly beat: number
}

/** What the run is to do: `run` its tasks, hold them all where they are, let its sources end, or give up. */
export type Command = 'run' | 'pause' | 'stop' | 'cancel'

/** One run's place in a replicated log. All calls may reject with an `OutcomeUnknownError`. */
export interface Substrate {
  /** The newest commit of a task; `undefined` before the first. */
  tail(task: string): Promise<Tail | undefined>
  /**
   * Adds a commit behind the record with this sequence (0: as the first). Resolves to its own sequence.
   * @throws {FencedError} if another record is the newest: it was not added.
   */
  append(commit: Commit, expected: number): Promise<number>
  /** Calls `onTail` with the commits of all tasks, the newest of each first, then those to come. Returns how to stop. */
  watch(onTail: (tail: Tail) => void): Promise<() => void>

  /** Keeps pieces of a task's state. Resolves to their sequences, once they are safe. */
  saveState(task: string, pieces: readonly Uint8Array[]): Promise<readonly number[]>
  /** The pieces with these sequences. */
  loadState(task: string, sequences: readonly number[]): Promise<readonly Uint8Array[]>
  /** Lets go of the pieces of a task's state below a sequence. */
  dropState(task: string, below: number): Promise<void>

  /** Puts a message on an edge. Resolves once it is safe. */
  send(edge: string, message: EdgeMessage): Promise<void>
  /** What lies on an edge from a sequence on, and what comes, in order; ends when `signal` aborts. */
  read(edge: string, from: number, signal: AbortSignal): AsyncIterable<Received>
  /** Lets go of an edge's messages below a sequence. */
  purge(edge: string, below: number): Promise<void>

  /** Says that a member is alive. */
  beat(member: Member): Promise<void>
  /** Says that a member has gone. */
  leave(name: string): Promise<void>
  /** The members that have said so and have not left, dead ones included. */
  members(): Promise<readonly Member[]>
  /** Says what a member has counted; the newest report of each member is kept until it leaves. */
  report(report: Report): Promise<void>
  /** The newest reports. A hint, as `members`. */
  reports(): Promise<readonly Report[]>
  /** Says what the run is to do. Resolves to what it does from then on: it may be told already to stop or to give up. */
  command(command: Command): Promise<Command>
  /** What it is to do; `run` if nothing was said. */
  commanded(): Promise<Command>
  /** Lets go of the connection. */
  close(): Promise<void>
}
