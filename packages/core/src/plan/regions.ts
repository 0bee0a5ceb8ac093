/**
 * Joins stages to regions: what a worker can run in one go, from the items that enter to those that leave, without
 * a word to anybody else. Pure graph work, called by schedulers.
 */

import type { Kernel } from '../contracts.ts'
import type { GraphEdge, Node } from '../graph/graph.ts'
import { isPlain, type Plan, type StagePlan } from './plan.ts'

/** Which stages may be in a region, and which of them together. */
export interface RegionRules {
  /** Whether a stage keeps nothing between batches and may run on any worker. */
  readonly mayJoin: (stage: StagePlan) => boolean
  /** Whether two neighbours that may join are found in the same place. */
  readonly isNear: (from: Node, to: Node) => boolean
  /** Whether a region is worth its way; its stages stay as they are if not. */
  readonly isWorth: (region: StagePlan) => boolean
}

/**
 * The plan with every stage that may join put into a region, alone or with its neighbours.
 *
 * A region has one stage that reads from outside, its entry, or several that read the same port. Another stage belongs
 * to it if all its inputs come from there. So what leaves is the same as stage by stage, and batches can be run
 * anywhere, in any order.
 */
export function groupStages(plan: Plan, { mayJoin, isNear, isWorth }: RegionRules): Plan {
  const free = new Map<Node, StagePlan>()
  for (const stage of plan.stages) if (mayJoin(stage)) free.set(stage.nodes[0] as Node, stage)
  const groups = new Map<StagePlan, StagePlan>()

  const canTake = (edge: GraphEdge, stage: StagePlan, members: ReadonlySet<Node>): boolean => {
    const [first] = stage.nodes as readonly [Node]
    if (first.rows || !isNear(edge.from, first)) return false
    return first.inputs.every((input) => members.has(input.from) && isPlain(input.options))
  }
  /** The stages that read just what this one reads. */
  const siblingsOf = (entry: StagePlan): StagePlan[] => {
    const input = onlyInput(entry)
    if (input === undefined) return [entry]
    const readers = input.from.outputs.filter(({ output }) => output === input.output)
    return readers.flatMap((edge) => {
      const stage = free.get(edge.to)
      if (stage === entry) return [entry] // which no module may have built: it is its own
      const fits = stage !== undefined && onlyInput(stage) === edge && isNear(entry.nodes[0] as Node, edge.to)
      return fits ? [stage] : []
    })
  }
  const grow = (entry: StagePlan): void => {
    const stages = siblingsOf(entry)
    const entries = stages.length
    const members = new Set(stages.flatMap(({ nodes }) => nodes))
    for (const { nodes } of stages) free.delete(nodes[0] as Node)
    // the list grows while it is walked; a merge is taken once the last of its writers has been
    for (const { nodes } of stages) {
      for (const edge of (nodes[nodes.length - 1] as Node).outputs) {
        const next = free.get(edge.to)
        if (next === undefined || !canTake(edge, next, members)) continue
        free.delete(edge.to)
        stages.push(next)
        for (const node of next.nodes) members.add(node)
      }
    }
    const region = regionOf(stages, entries)
    if (isWorth(region)) groups.set(entry, region)
  }
  const isFed = ({ nodes }: StagePlan): boolean => {
    const [first] = nodes as readonly [Node]
    return first.inputs.some(({ from }) => !isFree(from))
  }
  const stageOf = new Map<Node, StagePlan>()
  for (const stage of plan.stages) for (const node of stage.nodes) stageOf.set(node, stage)
  const isFree = (node: Node): boolean => free.has(stageOf.get(node)?.nodes[0] as Node)
  // first from where items come in, so that a cycle is entered where it is fed
  for (const isEntry of [isFed, () => true]) {
    for (const stage of plan.stages) if (free.has(stage.nodes[0] as Node) && isEntry(stage)) grow(stage)
  }
  const taken = new Set([...groups.values()].flatMap(({ inner = [] }) => inner))
  const stages = plan.stages.flatMap((stage) => groups.get(stage) ?? (taken.has(stage) ? [] : [stage]))
  return { ...plan, stages }
}

/** A region keeps the index of its first stage: what others know by an index stays what it is. */
function regionOf(inner: readonly StagePlan[], entries: number): StagePlan {
  return {
    index: inner[0]?.index ?? 0,
    kind: 'region',
    nodes: inner.flatMap(({ nodes }) => nodes),
    kernels: inner.flatMap(({ kernels }): readonly Kernel[] => kernels),
    inner,
    entries,
  }
}

/** The edge into a stage that reads nothing else, and as it is. */
function onlyInput({ nodes, kernels }: StagePlan): GraphEdge | undefined {
  const { inputs, rows } = nodes[0] as Node
  const [only] = inputs
  const isLone = only !== undefined && inputs.length === 1 && !rows && kernels[0]?.kind !== 'merge'
  return isLone && isPlain(only.options) ? only : undefined
}
