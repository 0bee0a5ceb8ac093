/**
 * Joins stages to regions: what a worker can run in one go, from the items that enter to those that leave, without
 * a word to anybody else. Pure graph work, called by schedulers.
 */

import type { Kernel } from '../contracts.ts'
import type { GraphEdge, Node } from '../graph/graph.ts'
import { isPlain, MAX_FUSED, type Plan, type StagePlan } from './plan.ts'

/**
 * Where a stage may stand in a region: `inner` anywhere, since it keeps nothing between batches; `head` only first, since
 * it is a source that opens splits; `tail` only last, since it folds what reaches it into partials.
 */
export type RegionRole = 'head' | 'inner' | 'tail'

/** Which stages may be in a region, and which of them together. */
export interface RegionRules {
  /** Where a stage may stand; `undefined` for one that is in no region. */
  readonly roleOf: (stage: StagePlan) => RegionRole | undefined
  /** Whether two neighbours that may join are found in the same place. */
  readonly isNear: (from: Node, to: Node) => boolean
  /** Whether a region of these stages is worth its way; they stay as they are if not. */
  readonly isWorth: (stages: readonly StagePlan[]) => boolean
}

/**
 * The plan with every stage that may join put into a region, alone or with its neighbours.
 *
 * A region has one stage that reads from outside, its entry, or several that read the same port. Another stage belongs
 * to it if all its inputs come from there. So what leaves is the same as stage by stage, and batches can be run
 * anywhere, in any order.
 */
export function groupStages(plan: Plan, { roleOf, isNear, isWorth }: RegionRules): Plan {
  const free = new Map<Node, StagePlan>()
  const roles = new Map<StagePlan, RegionRole>()
  for (const stage of plan.stages) {
    const role = roleOf(stage)
    if (role === undefined) continue
    roles.set(stage, role)
    free.set(stage.nodes[0] as Node, stage)
  }
  const groups = new Map<StagePlan, StagePlan>()
  const taken = new Set<StagePlan>()

  const canTake = (edge: GraphEdge, stage: StagePlan | undefined, members: ReadonlySet<Node>): boolean => {
    if (stage === undefined) return false
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
    for (const stage of stages) {
      if (roles.get(stage) === 'tail') continue
      for (const edge of (stage.nodes[stage.nodes.length - 1] as Node).outputs) {
        const next = free.get(edge.to)
        if (next === undefined || !canTake(edge, next, members)) continue
        free.delete(edge.to)
        stages.push(next)
        for (const node of next.nodes) members.add(node)
      }
    }
    const region = regionOf(chained(stages, entries, plan.nextOf), entries)
    if (!isWorth(stages)) return
    groups.set(entry, region)
    for (const stage of stages) taken.add(stage)
  }
  const isFed = ({ nodes }: StagePlan): boolean => {
    const [first] = nodes as readonly [Node]
    return first.inputs.some(({ from }) => !isFree(from))
  }
  // what a split holds is read where the region runs: its items must not have to come back
  const feedsRegion = ({ nodes }: StagePlan): boolean => {
    const members = new Set(nodes)
    const edges = (nodes[nodes.length - 1] as Node).outputs
    return edges.length > 0 && edges.every((edge) => canTake(edge, free.get(edge.to), members))
  }
  for (const [stage, role] of roles) {
    if (role === 'head' && !feedsRegion(stage)) free.delete(stage.nodes[0] as Node)
  }
  const stageOf = new Map<Node, StagePlan>()
  for (const stage of plan.stages) for (const node of stage.nodes) stageOf.set(node, stage)
  const isFree = (node: Node): boolean => free.has(stageOf.get(node)?.nodes[0] as Node)
  const isHead = (stage: StagePlan): boolean => roles.get(stage) === 'head'
  // first from where items come in, so that a cycle is entered where it is fed
  for (const isEntry of [isHead, isFed, () => true]) {
    for (const stage of plan.stages) if (free.has(stage.nodes[0] as Node) && isEntry(stage)) grow(stage)
  }
  const stages = plan.stages.flatMap((stage) => groups.get(stage) ?? (taken.has(stage) ? [] : [stage]))
  return { ...plan, stages }
}

/**
 * The same stages, with those joined that one loop can run: they were apart only because one of them may have had to stay
 * elsewhere. The first `entries` are where items enter; they stay first.
 */
function chained(stages: readonly StagePlan[], entries: number, nextOf: Plan['nextOf']): StagePlan[] {
  const followers = new Map(stages.slice(entries).map((stage) => [stage.nodes[0] as Node, stage]))
  const joined = new Set<Node>()
  const follow = (stage: StagePlan): StagePlan => {
    const next = nextOf(stage.nodes[stage.nodes.length - 1] as Node)
    const follower = next === undefined ? undefined : followers.get(next)
    if (follower === undefined || stage.nodes.length + follower.nodes.length > MAX_FUSED) return stage
    followers.delete(follower.nodes[0] as Node)
    joined.add(follower.nodes[0] as Node)
    const nodes = [...stage.nodes, ...follower.nodes]
    return follow({ ...stage, nodes, kernels: [...stage.kernels, ...follower.kernels] })
  }
  const isWhole = ({ nodes: [first] }: StagePlan): boolean => !joined.has(first as Node)
  return stages.flatMap((stage) => (isWhole(stage) ? [follow(stage)] : [])).filter(isWhole)
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
