/**
 * `RunEngine`: what a run asks of whatever moves its items: the engine of this process, or hosts elsewhere. `Engine` is one;
 * `millrace`'s engine for `distributed` is another. Called by `Run` alone.
 */

import type { DeadLetter, Failures } from '../failure.ts'
import type { Graph, Node } from '../graph/graph.ts'
import type { EdgeStats, RunPhase, StageStats, Stats, TermPicture } from '../stats.ts'
import type { Peek } from './peek.ts'
import type { ReadOutput } from './wire.ts'

/** Runs a graph to its end. */
export interface RunEngine {
  /** Resolves when all has ended, and nothing is left behind; rejects with the first failure. */
  run(onStarted: () => void): Promise<unknown>
  /** Ends the run with this error. May be called before `run`. */
  fail(error: unknown): void
  /** Lets the sources end. May be called before `run`. */
  stop(): void
  /** Moves nothing until `resume`. May be called before `run`. */
  pause(): void
  resume(): void
  stats(): Omit<Stats, 'phase'>
  /** Where the run may be paused, resumed or stopped by others, too: what it does there. */
  readonly phase?: RunPhase | undefined
  /** The sinks' results so far. */
  readonly results: ReadonlyMap<Node, unknown>
  /** What the run waits for, as the subject of a sentence. */
  readonly waitsFor: string
  /** The nodes that have failed on an item, and how. */
  readonly failing: {
    readonly nodes: readonly { readonly id: string; readonly in: number }[]
    readonly failures: Failures
  }
  /** Stages that have by now been ready for so long without running. */
  starving(starvationMs: number, now: number): StageStats[]
  /** Begins to look at what leaves a node; `undefined` if nothing of it is seen here. */
  peek(peek: Peek): (() => void) | undefined
  readonly pictures: ReadonlyMap<string, TermPicture>
}

/** Something about hosts or servers that the user of a run should know. */
export interface Notice {
  readonly level: 'info' | 'warn'
  /** What it is about: the run as a whole, a host that takes part or did, or the servers between them. */
  readonly about: 'run' | 'host' | 'servers'
  /** In one line. */
  readonly line: string
  /** The same as plain values: the name of a host, say. */
  readonly details: Readonly<Record<string, unknown>>
}

/** What an engine elsewhere is given by the run. */
export interface EngineSetup {
  readonly graph: Graph
  /** Outputs that the program reads. */
  readonly outputs: readonly ReadOutput[]
  readonly onGrown: (edge: EdgeStats) => void
  /** A promise holds back what fails. */
  readonly onDeadLetter: (letter: DeadLetter) => void | Promise<void>
  readonly onNotice: (notice: Notice) => void
}

/** Makes the engine of a run that moves its items elsewhere. @throws what keeps the run from beginning. */
export type MakeEngine = (setup: EngineSetup) => Promise<RunEngine>
