// Every type that passes between a suite, its contenders and the harness. Types only: nothing runs here.

/** `quick` fits between two edits; `full` is for figures that are published. */
export type Mode = 'quick' | 'full'

/** What a contender's file exports: it makes one workload ready. Nothing that happens here is timed. */
export type Prepare = (
  workload: string,
  items: number,
  settings: Settings,
) => Measurable | Promise<Measurable>

/** What the suite found out about the machine before the first contender: the same for all of them. */
export type Settings = Readonly<Record<string, number>>

export type Measurable = (TimedRuns | OwnFigures) & {
  /** Lets go of what a contender has to let go of, a pool of threads for example. Called once, not timed. */
  readonly close?: () => unknown
}

/** The usual case: the harness repeats `run`, times each run alone and checks each answer. */
export interface TimedRuns {
  /** Items that one run takes in; throughput counts them. */
  readonly items: number
  /** Composes and runs the pipeline. */
  readonly run: () => unknown
  /** Says what is wrong with an answer; undefined when it is right. */
  readonly check: (answer: unknown) => string | undefined
  /** Further figures, asked for after the last run: the chunk size that was chosen, for example. */
  readonly figures?: () => Figures | Promise<Figures>
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
  /** Runs only when it is named: it compares nothing, and takes its time. Default false. */
  readonly isApart?: boolean
  /** The contender that the ratios are about: its figure stands above the line. */
  readonly subject: string
  readonly figure: FigureOfMerit
  readonly window: PerMode<Window>
  readonly rounds: PerMode<number>
  /** A process that has not reported by then is given up. Default: five minutes. */
  readonly giveUpAfterMs?: PerMode<number>
  readonly contenders: readonly Contender[]
  readonly workloads: readonly Workload[]
  /**
   * Workloads that measure no speed, by lanes: lanes go on side by side, in processes of their own, and those of one lane one
   * after the other. The first of each lane come first of all. Default: everything is run one after the other.
   */
  readonly lanes?: readonly (readonly string[])[]
  readonly targets: readonly Target[]
  /** Called once, before the first process: what all contenders are told, such as how much work takes 1 µs here. */
  readonly settings?: () => Settings
  /**
   * Called once, before the first process, with the names of the contenders: those that cannot run on this machine, each
   * with the reason, which its rows show. It may install what they need.
   */
  readonly absent?: (contenders: readonly string[]) => Readonly<Record<string, string>>
  /** The suite's own ratios; when absent, the subject's figure against everybody else's, workload by workload. */
  readonly ratios?: (rows: readonly Row[]) => Readonly<Record<string, number>>
  /** Columns of the tables beside the figure of merit; `run ms` when absent. */
  readonly columns?: readonly Column[]
  /** The suite's own way to show what was measured: a table in front of the common ones, a page, and a picture instead of the common one. */
  readonly show?: (outcome: Outcome) => Shown
  /** Figures that were not measured here: they stand in the table and the chart, marked, and in no ratio. */
  readonly recorded?: readonly Recorded[]
}

/** What a suite shows by itself. */
export interface Shown {
  readonly lines: readonly string[]
  readonly html: string
  readonly svg: string
}

/** Options of one suite alone, as text by name. */
export type OwnOptions = Readonly<Record<string, string>>

/** What the `suite.ts` of a folder exports. */
export interface SuiteModule {
  readonly suite: Suite
  /** The suite under options of its own. @throws Error that says what is wrong with one. */
  readonly withOptions?: (options: OwnOptions) => Suite
}

/** A figure that a table shows, with its unit. */
export interface Column {
  readonly figure: string
  readonly label: string
}

/** A figure from elsewhere. */
export interface Recorded {
  readonly workload: string
  readonly contender: string
  readonly items: number
  readonly figures: Figures
  /** Where it comes from. */
  readonly note: string
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
  /** The same for single workloads, in place of `share`. */
  readonly shares?: Readonly<Record<string, PerMode<number>>>
  /** The only workloads that it gets in quick mode; all of them when absent. */
  readonly inQuick?: readonly string[]
  /** Fewer rounds than the suite's, for one that would take too long. */
  readonly rounds?: PerMode<number>
  /** What of the suite's window is another for it: nothing needs warming up that each run starts anew, for example. */
  readonly window?: Partial<Window>
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
  /** Too long for quick mode. */
  readonly fullOnly?: boolean
}

/** A ratio that is wanted: shown as met or missed, never a reason to fail. */
export type Target =
  | { readonly ratio: string; readonly atLeast: number }
  | { readonly ratio: string; readonly atMost: number }

/** One process's worth of work, as it is told to the child. */
export interface Job {
  /** URL of the contender's plain JavaScript. */
  readonly module: string
  readonly tasks: readonly Task[]
  readonly window: Window
  readonly settings: Settings
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
