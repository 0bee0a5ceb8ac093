/**
 * What the page is told: by the server as it happens, by a recording, or by the report that holds it all.
 *
 * Plain data, the same on both sides. Nothing here runs.
 */

import type {
  EdgeStats,
  HealthLevel,
  NodeStats,
  Outcome,
  RunPhase,
  StageStats,
  Stats,
  TermPicture,
  WorkerStats,
} from '@millrace/core'
import type { Picture } from './picture.ts'

/** What does not change while a run lasts. */
export interface Head {
  /** The module, or the program. */
  readonly title: string
  readonly strategy: string
  /** Where the graph is known; else the picture is made of the figures. */
  readonly picture?: Picture
  /** Whether figures still come: of this run, or of another that may follow at the same address. */
  readonly isLive: boolean
  /** Whether the page may steer the run. */
  readonly mayControl: boolean
  /** Whether a group of dead letters can be run again from the page. */
  readonly mayReplay?: boolean
}

/** How a run stands. */
export type RunState = Exclude<RunPhase, 'ended'> | Outcome | 'cancelled'

/** What limits the run, and how sure that is. */
export interface Limit {
  /** The term, if one does; else the sources. */
  readonly term?: string
  readonly text: string
}

/** The caller's thread and the process. */
export interface CallerFigures {
  /** Share of the time in which the event loop was at work, from 0 to 1. */
  readonly busyShare: number
  readonly heapBytes: number
  readonly rssBytes: number
}

/** The median of some durations, and what 99 % of them are within; in ms. */
export interface Spread {
  readonly p50: number
  readonly p99: number
}

/** How long the writer of an edge was held back each time. */
export interface EdgeWaits {
  /** Since the start. */
  readonly all: Spread
  /** In the last two seconds, if there were any. */
  readonly lately?: Spread
}

/** Of a term's figures, those that are shown. */
export type ShownNode = Pick<NodeStats, 'id' | 'in' | 'out' | 'filtered' | 'stage' | 'stageShare'>

/** Of a stage's figures, those that are shown. */
export type ShownStage = Pick<
  StageStats,
  'index' | 'nodes' | 'runsOn' | 'waitsIn' | 'busyShare' | 'waitingShare' | 'backpressuredShare' | 'idleShare'
>

/** Of an edge's figures, those that are shown. */
export interface ShownEdge
  extends Pick<
    EdgeStats,
    'kind' | 'from' | 'output' | 'to' | 'input' | 'items' | 'capacityItems' | 'fill' | 'sent' | 'dropped'
  > {
  /** If it ever held its writer back. */
  readonly waited?: EdgeWaits
}

/** Of a run's figures, those that are shown. The shares are those of the time since the frame before. */
export interface ShownStats extends Pick<Stats, 'elapsedMs' | 'items' | 'failures'> {
  readonly threads: {
    readonly budget: number
    readonly health: { readonly level: HealthLevel }
    readonly workers: readonly Pick<WorkerStats, 'id' | 'busyMs' | 'heapBytes'>[]
  }
  readonly nodes: readonly ShownNode[]
  readonly stages: readonly ShownStage[]
  readonly edges: readonly ShownEdge[]
}

/** The figures at one moment. */
export interface Frame {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly state: RunState
  readonly stats: ShownStats
  readonly limit?: Limit
  readonly caller?: CallerFigures
}

/** How much an event matters. */
export type NoticeLevel = 'info' | 'warn' | 'bad'

/** Something that happened in a run. */
export interface Notice {
  readonly time: number
  readonly kind: string
  readonly level: NoticeLevel
  readonly text: string
}

/** Dead letters with one term, code and message. */
export interface LetterGroup {
  /** Unique among the groups. */
  readonly key: string
  readonly term: string
  readonly code: string
  readonly message: string
  readonly count: number
  /** The newest of them, as text. */
  readonly latest: { readonly time: number; readonly item: string; readonly error: string }
}

/** Items that were looked at where they leave a term. */
export interface TapLines {
  readonly term: string
  /** Newest last. */
  readonly items: readonly { readonly time: number; readonly text: string }[]
  /** Items that passed and were not shown, since the last message. */
  readonly skipped: number
}

/** What a term draws. */
export interface TermPlot extends TermPicture {
  readonly term: string
}

/** All that is known of a run that was recorded. */
export interface Recording {
  readonly head: Head
  readonly frames: readonly Frame[]
  readonly notices: readonly Notice[]
  readonly letters: readonly LetterGroup[]
  readonly taps: readonly TapLines[]
  /** The taps that the page has begun, and may end. */
  readonly tapped?: readonly string[]
  /** What the run's own terms have drawn last. */
  readonly plots?: readonly TermPlot[]
}

/** What the page may ask for. */
export type Command =
  | { readonly do: 'pause' | 'resume' | 'stop' | 'cancel' }
  /** Shows items of a term, written as `TERM[:PORT]`: so many within half a second at most. */
  | { readonly do: 'tap'; readonly term: string; readonly limit: number }
  | { readonly do: 'untap'; readonly term: string }
  /** Runs the letters of a group again. */
  | { readonly do: 'replay'; readonly key: string }

/** What is said of a command that was done. */
export interface Done {
  readonly said?: string
}
