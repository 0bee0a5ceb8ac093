/**
 * Cuts a graph into stages: neighbours that can run as one loop share a stage.
 *
 * Called by `run` and by schedulers; knows nothing of batches or threads.
 */

import type { EdgeOptions, Kernel } from '../contracts.ts'
import type { Graph, GraphEdge, Node } from '../graph/graph.ts'

/** How a stage is run: as one generated loop, with calls under way side by side, or as a coroutine. */
export type StageKind = 'fused' | 'concurrent' | 'stream'

/** A connected set of terms that run together. */
export interface StagePlan {
  readonly index: number
  readonly kind: StageKind
  /** First to last; only the first reads edges, only the last writes edges. */
  readonly nodes: readonly Node[]
  readonly kernels: readonly Kernel[]
}

/** A graph cut into stages. */
export interface Plan {
  readonly graph: Graph
  readonly stages: readonly StagePlan[]
  /** Whether source times travel with the items. */
  readonly timed: boolean
}

/** What the plan depends on beside the graph. */
export interface PlanOptions {
  /** Nodes whose output is read from outside, by node index and port. */
  readonly isRead?: (node: Node, output: string) => boolean
  /** Whether two neighbours may share a stage. Default: always. */
  readonly mayFuse?: (from: Node, to: Node) => boolean
}

/** Cuts `graph` into maximal stages. Every node is in exactly one. */
export function planGraph(graph: Graph, options: PlanOptions = {}): Plan {
  const kernels = graph.nodes.map((node) => node.leaf.kernel())
  const nextOf = (node: Node): Node | undefined => {
    const edge = node.outputs[0]
    if (edge === undefined || node.outputs.length > 1 || node.leaf.outputs !== undefined) return undefined
    const fits =
      isLoop(kernels[node.index] as Kernel) &&
      isFollower(kernels[edge.to.index] as Kernel) &&
      !edge.to.rows &&
      isPlain(edge.options) &&
      edge.to !== node &&
      !options.isRead?.(node, edge.output) &&
      options.mayFuse?.(node, edge.to) !== false
    return fits ? edge.to : undefined
  }
  const follows = new Set<Node>()
  for (const node of graph.nodes) {
    const next = nextOf(node)
    if (next !== undefined) follows.add(next)
  }
  const stages: StagePlan[] = []
  const taken = new Set<Node>()
  const grow = (start: Node): void => {
    const nodes: Node[] = []
    for (let node: Node | undefined = start; node !== undefined && !taken.has(node); node = nextOf(node)) {
      if (nodes.length === MAX_FUSED) break
      nodes.push(node)
      taken.add(node)
    }
    const chain = nodes.map((node) => kernels[node.index] as Kernel)
    stages.push({ index: stages.length, kind: kindOf(chain[0] as Kernel), nodes, kernels: chain })
  }
  for (const node of graph.nodes) if (!follows.has(node)) grow(node)
  // what is left are the rests of long chains, and rings of which every node follows another: cut anywhere
  for (const node of graph.nodes) if (!taken.has(node)) grow(node)
  return { graph, stages, timed: graph.nodes.some((node) => node.leaf.usesTime === true) }
}

/** Terms in one stage at most: V8 does not optimise functions of any length. */
const MAX_FUSED = 48

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
function isPlain(options: EdgeOptions): boolean {
  return (
    options.capacityItems === undefined &&
    options.capacityBytes === undefined &&
    (options.overflow === undefined || options.overflow === 'block')
  )
}

/** The edges that leave a stage, by output port; a port that nothing reads has none. */
export function outputsOf(stage: StagePlan): Map<string, GraphEdge[]> {
  const last = stage.nodes[stage.nodes.length - 1] as Node
  const ports = new Map<string, GraphEdge[]>()
  for (const port of last.leaf.outputs ?? ['out']) ports.set(port, [])
  for (const edge of last.outputs) ports.get(edge.output)?.push(edge)
  return ports
}
