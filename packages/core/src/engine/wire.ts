/** Makes the stages of a plan and the edges between them. Called by `Engine`. */

import type { EdgeOptions } from '../contracts.ts'
import type { GraphEdge, Node } from '../graph/graph.ts'
import { outputsOf, type Plan, type StagePlan } from '../plan/plan.ts'
import { ConcurrentStage } from './concurrent-stage.ts'
import { Edge } from './edge.ts'
import { FusedStage } from './fused-stage.ts'
import { makeInlet } from './inlet.ts'
import { Outlet } from './outlet.ts'
import type { OutputReader } from './output-reader.ts'
import type { Placement } from './placement.ts'
import type { Stage, StageHost } from './stage.ts'
import { StreamStage } from './stream-stage.ts'

/** An output of the graph that is read from outside. */
export interface ReadOutput {
  readonly node: Node
  readonly output: string
  readonly name: string
  readonly reader: OutputReader
}

/** A plan brought to life. */
export interface Wiring {
  readonly stages: readonly Stage[]
  readonly edges: readonly Edge[]
}

/** Makes every stage and edge; nothing runs yet. */
export function wire(
  plan: Plan,
  host: StageHost,
  defaults: EdgeOptions,
  outputs: readonly ReadOutput[],
  parked: Set<Edge>,
  placement: Placement | undefined,
): Wiring {
  const edges: Edge[] = []
  const edgeOf = new Map<GraphEdge, Edge>()
  for (const stage of plan.stages) {
    for (const graphEdge of (stage.nodes[0] as Node).inputs) {
      const { from, to, input } = graphEdge
      const options = { ...defaults, ...graphEdge.options }
      const edge =
        placement?.makeEdge?.(graphEdge, options, parked) ?? new Edge(from.id, to.id, input, options, parked)
      edgeOf.set(graphEdge, edge)
      edges.push(edge)
    }
  }
  const read: (() => void)[] = []
  const stages = plan.stages.map((stage) => {
    const [first] = stage.nodes
    const incoming = (first as Node).inputs.map((graphEdge) => edgeOf.get(graphEdge) as Edge)
    const { rows, positional } = first as Node
    const how = stage.kernels[0]?.kind === 'merge' ? 'merge' : rows ? 'zip' : 'single'
    const inlet = makeInlet(incoming, how, positional)
    const outgoing = outgoingEdges(stage, edgeOf)
    for (const { node, output, name, reader } of outputs) {
      if (node !== stage.nodes[stage.nodes.length - 1]) continue
      const place = { from: node, output, to: undefined, input: name }
      const edge =
        placement?.makeEdge?.(place, defaults, parked) ??
        new Edge(node.id, `output(${name})`, name, defaults, parked)
      read.push(() => reader.attach(edge, () => host.look()))
      outgoing.get(output)?.push(edge)
      edges.push(edge)
    }
    const last = stage.nodes[stage.nodes.length - 1] as Node
    const outlet = new Outlet(outgoing, last.leaf.outputs !== undefined)
    const running =
      placement?.makeStage(stage, inlet, outlet, host) ?? new STAGES[stage.kind](stage, inlet, outlet, host)
    for (const edge of incoming) edge.reader = running
    for (const edge of outlet.edges) edge.writer = running
    return running
  })
  // a reader may be gone already: then its edge closes, and both ends must be there
  for (const attach of read) attach()
  return { stages, edges }
}

const STAGES = { fused: FusedStage, concurrent: ConcurrentStage, stream: StreamStage } as const

function outgoingEdges(stage: StagePlan, edgeOf: ReadonlyMap<GraphEdge, Edge>): Map<string, Edge[]> {
  const ports = new Map<string, Edge[]>()
  for (const [port, graphEdges] of outputsOf(stage)) {
    ports.set(
      port,
      graphEdges.map((graphEdge) => edgeOf.get(graphEdge) as Edge),
    )
  }
  return ports
}
