/**
 * Cuts a graph into stages: neighbours that can run as one loop share a stage.
 *
 * Called by `run` and by schedulers; knows nothing of batches or threads.
 */

import type { EdgeOptions, Kernel } from '../contracts.ts'
import { type Graph, type GraphEdge, type Node, OUT } from '../graph/graph.ts'

/**
 * How a stage is run: as one generated loop, with calls under way side by side, as a coroutine, or as several stages
 * that a worker runs in one go.
 */
export type StageKind = 'fused' | 'concurrent' | 'stream' | 'region'

/** A connected set of terms that run together. */
export interface StagePlan {
  /** Unique in its plan; in order, but with gaps where stages were joined to regions. */
  readonly index: number
  readonly kind: StageKind
  /** First to last; only the first reads edges, only the last writes edges. Of a region: of one stage after the other. */
  readonly nodes: readonly Node[]
  readonly kernels: readonly Kernel[]
  /** Of a region: the stages it holds, those that items enter first. */
  readonly inner?: readonly StagePlan[]
  /** Of a region: how many of its stages items enter. If several, they all read one port, through a single edge. */
  readonly entries?: number
}

/** A graph cut into stages. */
export interface Plan {
  readonly graph: Graph
  readonly stages: readonly StagePlan[]
  /** Whether source times travel with the items. */
  readonly timed: boolean
  /** The node that a node's loop could go on with, where the two are in one place; `undefined` if there is none. */
  readonly nextOf: (node: Node) => Node | undefined
}

/** What the plan depends on beside the graph. */
export interface PlanOptions {
  /** Makes another kernel of each, for a run that is strict. */
  readonly wrap?: (id: string, kernel: Kernel) => Kernel
  /** Nodes whose output is read from outside, by node index and port. */
  readonly isRead?: (node: Node, output: string) => boolean
  /** Whether two neighbours may share a stage. Default: always. */
  readonly mayFuse?: (from: Node, to: Node) => boolean
}

/** Cuts `graph` into maximal stages. Every node is in exactly one. */
export function planGraph(graph: Graph, options: PlanOptions = {}): Plan {
  const { wrap } = options
  const kernels = graph.nodes.map((node) => {
    const kernel = node.leaf.kernel()
    return wrap === undefined ? kernel : wrap(node.id, kernel)
  })
  const nextOf = (node: Node): Node | undefined => {
    const edge = node.outputs[0]
    if (edge === undefined || node.outputs.length > 1 || node.leaf.outputs !== undefined) return undefined
    const fits =
      isLoop(kernels[node.index] as Kernel) &&
      isFollower(kernels[edge.to.index] as Kernel) &&
      !edge.to.rows &&
      isPlain(edge.options) &&
      edge.to !== node &&
      !options.isRead?.(node, edge.output)
    return fits ? edge.to : undefined
  }
  const fusedWith = (node: Node): Node | undefined => {
    const next = nextOf(node)
    return next === undefined || options.mayFuse?.(node, next) === false ? undefined : next
  }
  const follows = new Set<Node>()
  for (const node of graph.nodes) {
    const next = fusedWith(node)
    if (next !== undefined) follows.add(next)
  }
  const stages: StagePlan[] = []
  const taken = new Set<Node>()
  const grow = (start: Node): void => {
    const nodes: Node[] = []
    for (let node: Node | undefined = start; node !== undefined && !taken.has(node); node = fusedWith(node)) {
      if (nodes.length === MAX_FUSED) break
      nodes.push(node)
      taken.add(node)
    }
    const chain = nodes.map((node) => kernels[node.index] as Kernel)
    // a copy has no room to grow, which ten thousand stages would pay for
    const exact = nodes.slice()
    stages.push({ index: stages.length, kind: kindOf(chain[0] as Kernel), nodes: exact, kernels: chain })
  }
  for (const node of graph.nodes) if (!follows.has(node)) grow(node)
  // what is left are the rests of long chains, and rings of which every node follows another: cut anywhere
  for (const node of graph.nodes) if (!taken.has(node)) grow(node)
  return { graph, stages, timed: graph.nodes.some((node) => node.leaf.usesTime === true), nextOf }
}

/** Terms in one stage at most: V8 does not optimise functions of any length. */
export const MAX_FUSED = 48

function kindOf(first: Kernel): StageKind {
  return first.kind === 'concurrent' || first.kind === 'stream' ? first.kind : 'fused'
}

function isLoop(kernel: Kernel): boolean {
  return kernel.kind !== 'concurrent' && kernel.kind !== 'stream'
}

function isFollower(kernel: Kernel): boolean {
  return isLoop(kernel) && kernel.kind !== 'merge' && kernel.kind !== 'source' && kernel.kind !== 'batches'
}

/** An edge with bounds of its own stays an edge. */
export function isPlain(options: EdgeOptions): boolean {
  return (
    options.capacityItems === undefined &&
    options.capacityBytes === undefined &&
    (options.overflow === undefined || options.overflow === 'block')
  )
}

/** An output port of a stage. */
export interface StagePort {
  readonly node: Node
  readonly output: string
  /** The edges that leave the stage here; none where nothing reads the port. */
  readonly edges: readonly GraphEdge[]
}

/** The edges that enter a stage; for several entries of a region, the first one's stands for all. */
export function inputsOf(stage: StagePlan): GraphEdge[] {
  const isInside = insideOf(stage)
  return (stage.nodes[0] as Node).inputs.filter((edge) => !isInside(edge))
}

/** The ports through which items leave a stage. */
export function portsOf(stage: StagePlan): StagePort[] {
  const isInside = insideOf(stage)
  return (stage.inner ?? [stage]).flatMap(({ nodes }) => {
    const node = nodes[nodes.length - 1] as Node
    return (node.leaf.outputs ?? [OUT]).flatMap((output) => {
      const all = node.outputs.filter((edge) => edge.output === output)
      const edges = all.filter((edge) => !isInside(edge))
      // what only the region itself reads does not leave it
      return edges.length > 0 || all.length === 0 ? [{ node, output, edges }] : []
    })
  })
}

/** Which edges stay inside of a stage: those of a region, except back to an entry that cannot merge them with others. */
function insideOf({ inner, nodes, kernels }: StagePlan): (edge: GraphEdge) => boolean {
  if (inner === undefined) return () => false
  const members = new Set(nodes)
  const mergesBack = kernels[0]?.kind === 'merge'
  return ({ from, to }) => members.has(from) && members.has(to) && (to !== nodes[0] || mergesBack)
}
