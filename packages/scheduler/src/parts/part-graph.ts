/** Builds a part's plan in a worker: its own stages, and a stub for the far end of each edge to another thread. */

import {
  type AnyLeaf,
  type Edge,
  type GraphEdge,
  makeNode,
  type Node,
  type Plan,
  type StagePlan,
} from '@millrace/core/engine'
import type { CallWatch } from '../worker/call-watch.ts'
import { checkedKernel } from '../worker/checked-kernel.ts'
import type { PartEdge, PartNode, PartPlan } from './protocol.ts'
import { resumedKernel } from './resumed-kernel.ts'
import { statesOf } from './states-of.ts'

/** A part's plan, and which edge of the run each of its edges is. */
export interface PartGraph {
  readonly plan: Plan
  readonly places: ReadonlyMap<GraphEdge, PartEdge>
  /** The stubs among the plan's stages. */
  readonly stubs: ReadonlySet<StagePlan>
}

/**
 * Makes the plan. `leafOf` finds a node's term in the graphs that were loaded; `onLive` hears of sources that cannot be
 * begun anew; `watch` notes calls, where that is wanted.
 */
export function makePartGraph(
  part: PartPlan,
  leafOf: (node: PartNode) => AnyLeaf,
  onLive: (id: string) => void,
  watch: CallWatch | undefined,
): PartGraph {
  const nodes = new Map<number, Node>()
  /** Nodes whose results go to another thread. */
  const leaves = new Set(
    part.edges.flatMap(({ fromIndex, reader }) => (reader === part.host ? [] : [fromIndex])),
  )
  const stages: StagePlan[] = part.stages.map(({ index, kind, nodes: own, saved }) => {
    const made = own.map((node): Node => {
      const made = makeNode(node.index, node.id, leafOf(node), node)
      return { ...made, policy: { ...made.policy, ...node.policy } }
    })
    own.forEach(({ index: at }, i) => {
      nodes.set(at, made[i] as Node)
    })
    const states = saved === undefined ? [] : statesOf(saved)
    const kernels = made.map((node, at) => {
      const plain = resumedKernel(node, states[at], onLive)
      const kernel = leaves.has(node.index) ? checkedKernel(node, plain, part.stopsOnFailure) : plain
      if (watch === undefined) return kernel
      watch.calls[node.index] = saved?.calls[at] ?? 0
      return watch.watch(node, node.index, kernel)
    })
    return { index, kind, nodes: made, kernels }
  })
  const places = new Map<GraphEdge, PartEdge>()
  const stubs = new Set<StagePlan>()
  const stubFor = (id: string, output: string): Node => {
    // all that wiring asks of a leaf: its output ports
    const node = makeNode(-1, id, {
      outputs: [output],
      isLocal: false,
      failurePolicy: {},
    } as unknown as AnyLeaf)
    stubs.add({ index: -1, kind: 'fused', nodes: [node], kernels: [] })
    return node
  }
  for (const place of part.edges) {
    const { from, fromIndex, to, toIndex, output, input, options, writer, reader } = place
    const source = writer === part.host ? (nodes.get(fromIndex) as Node) : stubFor(from, output)
    const target = reader === part.host ? (nodes.get(toIndex) as Node) : stubFor(to, output)
    const edge: GraphEdge = { from: source, output, to: target, input, options }
    source.outputs.push(edge)
    target.inputs.push(edge)
    places.set(edge, place)
  }
  const all = [...nodes.values(), ...[...stubs].flatMap((stub) => stub.nodes)]
  const graph = { nodes: all, edges: [...places.keys()], outputs: [] }
  return {
    plan: { graph, stages: [...stages, ...stubs], timed: part.timed, nextOf: () => undefined },
    places,
    stubs,
  }
}

/** An edge and where it belongs. */
export interface PlacedEdge {
  readonly place: PartEdge
  readonly edge: Edge
}
