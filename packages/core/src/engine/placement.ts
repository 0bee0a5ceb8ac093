/**
 * `Placement`: what a scheduler brings to a run. It says which terms may share a stage, and makes the stages that
 * run elsewhere; the engine on the caller's thread keeps the edges, so bounds, order and stalls are the same
 * under every scheduler.
 */

import type { EdgeOptions } from '../contracts.ts'
import type { Node } from '../graph/graph.ts'
import type { Origins } from '../graph/origins.ts'
import type { Plan, StagePlan } from '../plan/plan.ts'
import type { Health, StageStats, ThreadStats } from '../stats.ts'
import type { Edge } from './edge.ts'
import type { Inlet } from './inlet.ts'
import type { Outlet } from './outlet.ts'
import type { Stage, StageHost } from './stage.ts'

/** What an edge joins: two nodes, or a node and a reader outside of the graph. */
export interface EdgePlace {
  readonly from: Node
  /** Output port of `from`. */
  readonly output: string
  readonly to: Node | undefined
  /** Input port of `to`, or the name of the run's output. */
  readonly input: string
}

/** Where a node would run, and why: what a survey gives. */
export interface NodePlace {
  readonly node: Node
  readonly runsOn: StageStats['runsOn']
  /** The reason, as half a sentence whose subject is the term: `it keeps a state`. */
  readonly why: string
}

/** Where the stages of one run are run. Made for each run anew. */
export interface Placement {
  /** Whether two neighbours may share a stage. `origins` say which graph module built which node. */
  mayFuse(from: Node, to: Node, origins: Origins): boolean
  /**
   * Where each node of `plan` would run, if all goes as it should. Decided as for a run, by the same functions, but gets
   * hold of nothing. Called in place of `open`. Throws what `open` would.
   */
  survey?(plan: Plan, origins: Origins): readonly NodePlace[]
  /** Gets hold of threads. Called once, before the stages are made. `origins` say where workers find the nodes. */
  open(plan: Plan, origins: Origins): void | Promise<void>
  /** The plan with stages joined that run in one go elsewhere. Called after `open`. Default: as it is. */
  group?(plan: Plan): Plan
  /** The stage for `plan` if it is to run elsewhere; `undefined` for one on the caller's thread. */
  makeStage(plan: StagePlan, inlet: Inlet, outlet: Outlet, host: StageHost): Stage | undefined
  /** The edge for `place` if an end of it lives elsewhere; `undefined` for one within this engine. */
  makeEdge?(place: EdgePlace, options: EdgeOptions, parked: Set<Edge>): Edge | undefined
  /** Enters a stage's nodes, where that must wait for its turn. Default: `stage.enter()`. */
  enter?(stage: Stage): void | Promise<void>
  /**
   * Nothing in the engine can move before something comes from outside. Whether that is a stall is then decided
   * elsewhere, by who sees all engines of the run. `isExiting`: a stage has ended and its nodes have not yet exited.
   */
  onQuiet?(isExiting: boolean): void
  /** The run is to move no further item until `resume`. */
  pause?(): void
  /** Goes on after `pause`. */
  resume?(): void
  /** Figures of the threads after so many ms of the run. */
  stats(elapsedMs: number): ThreadStats
  /** To be called when the health of the run's threads has another level. Set before `open`. */
  onHealth?: ((health: Health) => void) | undefined
  /**
   * Set before `open` where checkpoints are taken: the plan must then not depend on how many workers there are. Absent
   * where a checkpoint cannot reach all items of the run.
   */
  isSteady?: boolean
  /** Set before `open` where each item must be told apart: one that fails is set aside, or all are frozen. */
  needsSingleItems?: boolean
  /** Lets the threads go. Called once, at the end of the run, whatever its outcome. */
  close(): void | Promise<void>
}

/** A placement that is loaded when the run begins: who only describes a run need not have its scheduler. */
export interface LazyPlacement {
  /** As `Placement.isSteady`, for the placement that comes. */
  isSteady?: boolean
  load(): Promise<Placement>
}
