/**
 * `PartPlacement`: what a part's engine is told in a worker: which edges lead to other threads, when each stage's turn
 * to be entered has come, and to leave the search for stalls to the caller's thread. Made by `PartRunner`.
 */

import type { EdgeOptions, ThreadStats } from '@millrace/core'
import {
  type Edge,
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
import type { CallWatch } from '../worker/call-watch.ts'
import { BackedEdge } from './backed-edge.ts'
import { HostedStage } from './hosted-stage.ts'
import { InboundEdge } from './inbound-edge.ts'
import { OutboundEdge, type Post } from './outbound-edge.ts'
import type { PartGraph, PlacedEdge } from './part-graph.ts'
import type { PartPlan, SavedReader, SavedWriter } from './protocol.ts'
import { RecordedMerge } from './recorded-merge.ts'
import type { Saver } from './saver.ts'
import { StubStage } from './stub-stage.ts'

/** What the placement asks of its runner. */
export interface PartHost {
  /** Sends to another host. */
  post(host: number): Post
  /** Resolves when the stage's turn to be entered has come. */
  turn(stage: number): Promise<void>
  entered(stage: number): void
  onQuiet(isExiting: boolean): void
  /** The reader of an edge, here, is about to close it. */
  closing(at: SavedReader): void
}

/** Places the stages of one part. */
export class PartPlacement implements Placement {
  readonly #plan: PartPlan
  readonly #saver: Saver
  readonly #graph: PartGraph
  readonly #watch: CallWatch | undefined
  readonly #host: PartHost
  /** The part's own stages, in the order in which they are entered. */
  readonly stages: Stage[] = []
  readonly edges = new Map<number, PlacedEdge>()
  readonly #inbound: InboundEdge[] = []
  /** The edges whose writer, here, found no room. */
  parked: ReadonlySet<Edge> = new Set()

  constructor(plan: PartPlan, graph: PartGraph, saver: Saver, watch: CallWatch | undefined, host: PartHost) {
    this.#plan = plan
    this.#saver = saver
    this.#graph = graph
    this.#watch = watch
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
    const { host: part, saves } = this.#plan
    const edge =
      writer !== part
        ? new InboundEdge(index, this.#host.post(writer), ...parts)
        : reader !== part
          ? new OutboundEdge(index, this.#host.post(reader), ...parts)
          : new BackedEdge(...parts)
    this.edges.set(index, { place, edge })
    if (edge instanceof InboundEdge) {
      this.#inbound.push(edge)
      edge.closesAtOnce = !saves
      edge.onClosing = (at) => this.#host.closing(at)
    } else {
      edge.isBacked = place.isBacked
      edge.stamps = place.stamps
      edge.stampedTo = Math.max(0, ...place.stamps.map(({ from, times }) => from + times.length))
      this.#saver.number(edge, index)
    }
    return edge
  }

  makeStage(plan: StagePlan, inlet: Inlet, outlet: Outlet, host: StageHost): Stage | undefined {
    if (this.#graph.stubs.has(plan)) return new StubStage(plan, inlet, outlet, host)
    const { saves, stages } = this.#plan
    if (!saves || plan.kind !== 'fused') return undefined
    const { saved, order = [] } = stages.find(({ index }) => index === plan.index) ?? {}
    const isMerge = plan.kernels[0]?.kind === 'merge' && inlet.edges.length > 1
    const own = isMerge ? new RecordedMerge(inlet.edges, order) : inlet
    const calls = () => plan.nodes.map(({ index }) => this.#watch?.calls[index] ?? 0)
    return new HostedStage(plan, own, outlet, host, this.#saver, calls, saved)
  }

  /** Goes on where a lost worker was. Called once everything is wired. Not `resume`: that is the end of a pause. */
  goOnFromSaved(): void {
    const stages = this.#plan.stages.flatMap(({ saved }) => saved ?? [])
    const readers = new Map<number, SavedReader>(
      stages.flatMap(({ inbound }) => inbound.map((at) => [at.edge, at] as const)),
    )
    const writers = new Map<number, SavedWriter>(
      stages.flatMap(({ outbound }) => outbound.map((at) => [at.edge, at] as const)),
    )
    const outbound: (() => void)[] = []
    for (const [index, { edge, place }] of this.edges) {
      const reader = readers.get(index)
      if (edge instanceof InboundEdge) {
        if (reader !== undefined) edge.goOnFrom(reader)
      } else if (edge instanceof BackedEdge) {
        if (edge instanceof OutboundEdge) edge.disconnect()
        outbound.push(() => edge.goOnFrom(writers.get(index), reader ?? place.atReader))
      }
    }
    // a reader that has gone may end a stage here, which then looks at all its edges
    for (const restore of outbound) restore()
    for (const edge of this.#inbound) edge.resume()
  }

  /** Whether what was given to other threads, by a worker before this one, has not all been given again. */
  get isBehind(): boolean {
    for (const { edge } of this.edges.values()) {
      if (edge instanceof OutboundEdge && edge.isRegenerating) return true
    }
    return false
  }

  /** Another host has a new thread, or this one has. */
  reconnect(host: number): void {
    for (const { edge, place } of this.edges.values()) {
      if (edge instanceof OutboundEdge && place.reader === host) edge.disconnect()
      else if (edge instanceof InboundEdge && place.writer === host) edge.resume()
    }
  }

  /** Snapshots of the readers of these edges are stored. */
  cover(edges: readonly (readonly [edge: number, position: number])[]): void {
    for (const [index, position] of edges) {
      const edge = this.edges.get(index)?.edge
      if (edge instanceof BackedEdge) edge.cover(position)
    }
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
    this.#saver.onQuiet()
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
