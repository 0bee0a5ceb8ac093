// Every type that passes between a suite, its contenders and the harness. Types only: nothing runs here.

/** `quick` fits between two edits; `full` is for figures that are published. */
export type Mode = 'quick' | 'full'

/** What a contender's file exports: it makes one workload ready. Nothing that happens here is timed. */
export type Prepare = (workload: string, items: number) => Measurable | Promise<Measurable>

export type Measurable = TimedRuns | OwnFigures

/** The usual case: the harness repeats `run`, times each run alone and checks each answer. */
export interface TimedRuns {
  /** Items that one run takes in; throughput counts them. */
  readonly items: number
  /** Composes and runs the pipeline. */
  readonly run: () => unknown
  /** Says what is wrong with an answer; undefined when it is right. */
  readonly check: (answer: unknown) => string | undefined
}

/** For workloads that time themselves (latency, memory under a slow sink): figures with their unit last. */
export interface OwnFigures {
  readonly measure: (window: Window) => Promise<Figures>
}

export type Figures = Readonly<Record<string, number>>

/** How long one measurement lasts, in its process. */
export interface Window {
  /** Warming up ends after this many runs, or this much time, whichever comes first. */
  readonly warmUpRuns: number
  readonly warmUpMs: number
  readonly measureMs: number
  /** Measured runs never are fewer, however slow. */
  readonly leastRuns: number
}

export interface Suite {
  readonly name: string
  /** The one question that the suite answers. */
  readonly question: string
  /** The contender that the ratios are about: its figure stands above the line. */
  readonly subject: string
  readonly figure: FigureOfMerit
  readonly window: PerMode<Window>
  readonly rounds: PerMode<number>
  readonly contenders: readonly Contender[]
  readonly workloads: readonly Workload[]
  readonly targets: readonly Target[]
}

export type PerMode<T> = Readonly<Record<Mode, T>>

/** The figure that contenders are compared by. */
export interface FigureOfMerit {
  readonly name: string
  readonly label: string
  readonly better: 'higher' | 'lower'
}

export interface Contender {
  readonly name: string
  /** The contender's TypeScript file, relative to the suite's folder; it exports `prepare`. */
  readonly file: string
  /** Whether a slow reader slows its writer down, by itself. */
  readonly backpressure: boolean
  /** Part of the workload's items that it gets, for one that would take too long; 1 when absent. */
  readonly share?: PerMode<number>
  /** Fewer rounds than the suite's, for one that would take too long. */
  readonly rounds?: PerMode<number>
  /** Workloads that it cannot do, each with the reason. */
  readonly leftOut?: Readonly<Record<string, string>>
  /** What a reader should know about how it does a workload. */
  readonly notes?: Readonly<Record<string, string>>
}

export interface Workload {
  readonly name: string
  readonly items: PerMode<number>
  /** Workloads with the same name here share a process in quick mode; alone when absent. */
  readonly process?: string
}

/** A ratio that is wanted: shown as met or missed, never a reason to fail. */
export interface Target {
  readonly ratio: string
  readonly atLeast: number
}

/** One process's worth of work, as it is told to the child. */
export interface Job {
  /** URL of the contender's plain JavaScript. */
  readonly module: string
  readonly tasks: readonly Task[]
  readonly window: Window
}

export interface Task {
  readonly workload: string
  readonly items: number
}

/** What the child says when it is done. */
export interface Report {
  readonly results: readonly {
    readonly workload: string
    readonly items: number
    readonly figures: Figures
  }[]
  readonly peakRssBytes: number
}

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** One contender's figures for one workload, over all rounds; or why there are none. */
export interface Row {
  readonly workload: string
  readonly contender: string
  readonly items: number
  readonly rounds: number
  readonly figures: Readonly<Record<string, Spread>>
  readonly notes: readonly string[]
  readonly leftOut?: string
  readonly failed?: string
}

export interface Outcome {
  readonly suite: string
  readonly question: string
  readonly mode: Mode
  readonly machine: Machine
  readonly rows: readonly Row[]
  readonly ratios: Readonly<Record<string, number>>
  readonly targets: readonly (Target & { readonly seen: number | null; readonly met: boolean })[]
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly platform: string
  readonly node: string
  readonly v8: string
  /** Load average over the last minute when the suite began: above the cores, the figures mean little. */
  readonly loadAtStart: number
}
