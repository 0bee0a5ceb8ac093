/** What `benchGraph` is asked for and what it finds. Types only. */

import type { Strategy } from '@millrace/scheduler'

/** Options of {@link benchGraph}. */
export interface BenchOptions {
  /** Parameters of the graph, as text, as `--param` gives them. */
  readonly params?: Readonly<Record<string, string>>
  /** A parameter of the graph that takes several values, one after the other. Default: none, and the report goes over `workers`. */
  readonly vary?: BenchVary
  /** Default: all. */
  readonly strategies?: readonly Strategy[]
  /** How many workers to give to the strategies that take a number. Default: as many as there are processors. */
  readonly workers?: readonly number[]
  /** How often each is measured; the medians are compared. Default 3. */
  readonly rounds?: number
  /** The config file of the runs. Default: the config that `millrace run` finds. */
  readonly config?: string
  /** A run that takes longer, in ms, is ended, and its row failed. Default: no limit; a source without an end needs one. */
  readonly timeoutMs?: number
  /** Ends the measuring, and the run under way. */
  readonly signal?: AbortSignal
  /** Called before each run. */
  readonly onRun?: (run: BenchStep) => void
}

/** A parameter that is varied. */
export interface BenchVary {
  readonly name: string
  readonly values: readonly string[]
}

/** A run that is about to begin. */
export interface BenchStep {
  /** From 1. */
  readonly number: number
  readonly of: number
  readonly strategy: Strategy
  readonly workers: number | undefined
  readonly value: string | undefined
}

/** Median, least and most of some rounds. */
export interface BenchSpread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** The figures of one way to run the graph. */
export interface BenchFigures {
  /** Items that the sources gave, a second of the run. */
  readonly itemsPerSecond: BenchSpread
  /** Items that reached a sink or an open output, a second of the run. */
  readonly outputsPerSecond: BenchSpread
  /** How long the run took, in ms: without loading the program, with starting workers. */
  readonly elapsedMs: BenchSpread
  /** How long the process took, in ms, from its start to its end. */
  readonly wholeMs: BenchSpread
  /** Processor time of the process, all threads together, and of processes that it has started, in ms. */
  readonly cpuMs: BenchSpread
  /** The most memory that the process held, in bytes; of workers that are processes, nothing. */
  readonly peakBytes: BenchSpread
  /** Threads that ran terms at the same time, the caller's among them. */
  readonly threads: BenchSpread
}

/** One way to run the graph, measured. `Name` is another than a strategy where figures from elsewhere are shown in the same way. */
export interface BenchRow<out Name extends string = Strategy> {
  readonly strategy: Name
  /** Undefined under a strategy that takes no number. */
  readonly workers: number | undefined
  /** Of the parameter that is varied. */
  readonly value: string | undefined
  /** Runs that were measured. */
  readonly rounds: number
  /** Undefined if none was measured. */
  readonly figures: BenchFigures | undefined
  /** Items of a run, in and out; those of the last one. */
  readonly items: { readonly in: number; readonly out: number } | undefined
  /** What a run failed with, or why there was none. */
  readonly failed: string | undefined
  /**
   * `refused`: the strategy does not take this graph on this machine. `mistaken`: the module, a parameter or a setting is
   * wrong, and no run began. `failed`: one did.
   */
  readonly failure: 'refused' | 'mistaken' | 'failed' | undefined
}

/** What {@link benchGraph} found. */
export interface BenchResult<out Name extends string = Strategy> {
  readonly module: string
  readonly params: Readonly<Record<string, string>>
  readonly vary: BenchVary | undefined
  readonly rounds: number
  readonly machine: BenchMachine
  /** In the order of the values of `vary`, then of the strategies, then of the workers. */
  readonly rows: readonly BenchRow<Name>[]
  /** Figures from elsewhere: dashed in the curves, and in no table. Default: none. */
  readonly recorded?: readonly RecordedFigure[]
  /** Whether all runs with the same parameters gave the same number of items. */
  readonly isConsistent: boolean
}

/** A figure that was not measured here. */
export interface RecordedFigure {
  /** The contender. */
  readonly name: string
  /** Of the parameter that was varied. */
  readonly value: string
  readonly itemsPerSecond?: number
  readonly outputsPerSecond?: number
  readonly elapsedMs?: number
  readonly threads?: number
  readonly peakBytes?: number
}

/** The figure that contenders are compared by. */
export type BenchFigure = 'itemsPerSecond' | 'outputsPerSecond' | 'elapsedMs'

/** Where it was measured. */
export interface BenchMachine {
  readonly processor: string
  /** Processors that this process may use. */
  readonly processors: number
  readonly memoryBytes: number
  readonly node: string
  /** Load average over the last minute before the first run; 0 on Windows. Above the processors, the figures mean little. */
  readonly load: number
}
