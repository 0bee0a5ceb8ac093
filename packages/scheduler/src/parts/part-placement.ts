/**
 * `PartPlacement`: what a part's engine is told in a worker: which edges lead to other threads, when each stage's turn
 * to be entered has come, and to leave the search for stalls to the caller's thread. Made by `PartRunner`.
 */

import type { EdgeOptions, ThreadStats } from '@millrace/core'
import {
  Edge,
  type EdgePlace,
  type GraphEdge,
  type Inlet,
  NO_THREADS,
  type Outlet,
  type Placement,
  type Stage,
  type StageHost,
  type StagePlan,
} from '@millrace/core/engine'
import { InboundEdge } from './inbound-edge.ts'
import { OutboundEdge, type Post } from './outbound-edge.ts'
import type { PartGraph, PlacedEdge } from './part-graph.ts'
import { StubStage } from './stub-stage.ts'

/** What the placement asks of its runner. */
export interface PartHost {
  /** Sends to another host. */
  post(host: number): Post
  /** Resolves when the stage's turn to be entered has come. */
  turn(stage: number): Promise<void>
  entered(stage: number): void
  onQuiet(isExiting: boolean): void
}

/** Places the stages of one part. */
export class PartPlacement implements Placement {
  readonly endsHungCalls = true
  readonly #part: number
  readonly #graph: PartGraph
  readonly #host: PartHost
  /** The part's own stages, in the order in which they are entered. */
  readonly stages: Stage[] = []
  readonly edges = new Map<number, PlacedEdge>()
  readonly #inbound: InboundEdge[] = []
  /** The edges whose writer, here, found no room. */
  parked: ReadonlySet<Edge> = new Set()

  constructor(part: number, graph: PartGraph, host: PartHost) {
    this.#part = part
    this.#graph = graph
    this.#host = host
  }

  mayFuse(): boolean {
    return false
  }

  open(): void {}

  makeEdge(at: EdgePlace, options: EdgeOptions, parked: Set<Edge>): Edge | undefined {
    const place = this.#graph.places.get(at as GraphEdge)
    if (place === undefined) return undefined
    this.parked = parked
    const { index, from, to, input, writer, reader } = place
    const parts = [from, to, input, options, parked] as const
    const edge =
      writer !== this.#part
        ? new InboundEdge(index, this.#host.post(writer), ...parts)
        : reader !== this.#part
          ? new OutboundEdge(index, this.#host.post(reader), ...parts)
          : new Edge(...parts)
    this.edges.set(index, { place, edge })
    if (edge instanceof InboundEdge) this.#inbound.push(edge)
    return edge
  }

  makeStage(plan: StagePlan, inlet: Inlet, outlet: Outlet, host: StageHost): Stage | undefined {
    return this.#graph.stubs.has(plan) ? new StubStage(plan, inlet, outlet, host) : undefined
  }

  enter(stage: Stage): void | Promise<void> {
    if (stage instanceof StubStage) return
    this.stages.push(stage)
    return isEntered(stage.plan) ? this.#enterInTurn(stage) : stage.enter()
  }

  async #enterInTurn(stage: Stage): Promise<void> {
    await this.#host.turn(stage.plan.index)
    await stage.enter()
    this.#host.entered(stage.plan.index)
  }

  onQuiet(isExiting: boolean): void {
    this.acknowledge()
    this.#host.onQuiet(isExiting)
  }

  /** Tells writers elsewhere what has been consumed. */
  acknowledge(): void {
    for (const edge of this.#inbound) edge.acknowledge()
  }

  stats(): ThreadStats {
    return NO_THREADS
  }

  close(): void {}
}

/** Whether anybody can tell when, or whether, the stage's nodes were entered: those take turns over all threads. */
export function isEntered({ nodes }: StagePlan): boolean {
  return nodes.some(({ leaf }) => leaf.enter !== undefined || leaf.exit !== undefined)
}
