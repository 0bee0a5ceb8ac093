/** Makes the stages of a plan and the edges between them. Called by `Engine`. */

import type { EdgeOptions } from '../contracts.ts'
import { checkTimeouts } from '../graph/check-policies.ts'
import type { GraphEdge, Node } from '../graph/graph.ts'
import { inputsOf, type Plan, portsOf } from '../plan/plan.ts'
import { ConcurrentStage } from './concurrent-stage.ts'
import { Edge } from './edge.ts'
import { FusedStage } from './fused-stage.ts'
import { makeInlet } from './inlet.ts'
import { type FusedEdge, fusedEdges } from './ledger.ts'
import { Outlet } from './outlet.ts'
import type { PortReader } from './output-reader.ts'
import type { Placement } from './placement.ts'
import { regionPort } from './region-port.ts'
import type { Stage, StageHost } from './stage.ts'
import { StreamStage } from './stream-stage.ts'

/** An output of the graph that is read from outside. */
export interface ReadOutput<Reader extends PortReader = PortReader> {
  readonly node: Node
  readonly output: string
  readonly name: string
  readonly reader: Reader
}

/** A plan brought to life. */
export interface Wiring {
  readonly stages: readonly Stage[]
  readonly edges: readonly Edge[]
  /** Those inside of stages. */
  readonly fused: readonly FusedEdge[]
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
    for (const graphEdge of inputsOf(stage)) {
      const { from, output, to, input } = graphEdge
      const options = { ...defaults, ...graphEdge.options }
      const edge =
        placement?.makeEdge?.(graphEdge, options, parked) ?? new Edge(from.id, to.id, input, options, parked)
      edge.output = output
      edgeOf.set(graphEdge, edge)
      edges.push(edge)
    }
  }
  const read: (() => void)[] = []
  const stages = plan.stages.map((stage) => {
    const { rows, positional } = stage.nodes[0] as Node
    const incoming = inputsOf(stage).map((graphEdge) => edgeOf.get(graphEdge) as Edge)
    const how = stage.kernels[0]?.kind === 'merge' ? 'merge' : rows ? 'zip' : 'single'
    const inlet = makeInlet(incoming, how, positional)
    const outgoing = new Map<string, Edge[]>()
    const isRegion = stage.kind === 'region'
    for (const { node, output, edges: graphEdges } of portsOf(stage)) {
      outgoing.set(
        isRegion ? regionPort(node, output) : output,
        // readers in one region share an edge
        graphEdges.flatMap((graphEdge) => edgeOf.get(graphEdge) ?? []),
      )
    }
    for (const { node, output, name, reader } of outputs) {
      if (isRegion ? !stage.nodes.includes(node) : node !== stage.nodes[stage.nodes.length - 1]) continue
      const place = { from: node, output, to: undefined, input: name }
      const edge =
        placement?.makeEdge?.(place, defaults, parked) ??
        new Edge(node.id, `output(${name})`, name, defaults, parked)
      edge.output = output
      read.push(() => reader.attach(edge, () => host.look()))
      const port = isRegion ? regionPort(node, output) : output
      outgoing.set(port, [...(outgoing.get(port) ?? []), edge])
      edges.push(edge)
    }
    const last = stage.nodes[stage.nodes.length - 1] as Node
    const outlet = new Outlet(outgoing, !isRegion && last.leaf.outputs !== undefined)
    let running = placement?.makeStage(stage, inlet, outlet, host)
    if (running === undefined) {
      checkTimeouts(stage.nodes)
      running = new STAGES[stage.kind as keyof typeof STAGES](stage, inlet, outlet, host)
    }
    for (const edge of incoming) edge.reader = running
    for (const edge of outlet.edges) edge.writer = running
    return running
  })
  // a reader may be gone already: then its edge closes, and both ends must be there
  for (const attach of read) attach()
  const inside = plan.graph.edges.filter((edge) => !edgeOf.has(edge))
  return { stages, edges, fused: fusedEdges(inside, stages) }
}

const STAGES = { fused: FusedStage, concurrent: ConcurrentStage, stream: StreamStage } as const
