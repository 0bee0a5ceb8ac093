/** Adds up where the items of a run went. Called by `Engine.stats`. */

import type { Kernel } from '../contracts.ts'
import type { GraphEdge, Node } from '../graph/graph.ts'
import type { Completeness, EdgeStats, Ledger, NodeStats } from '../stats.ts'
import type { Edge } from './edge.ts'
import type { NodeRecord } from './node-record.ts'
import type { PortReader } from './output-reader.ts'
import { progressOf } from './source-progress.ts'
import type { Stage } from './stage.ts'

/** Inputs of one node that gave no output, and outputs beyond one per input. */
function balance(kernel: Kernel, record: NodeRecord): { filtered: number; expanded: number } {
  switch (kernel.kind) {
    case 'source':
    case 'batches':
    case 'sink':
      return { filtered: 0, expanded: 0 }
    case 'flatMap':
    case 'expand': {
      const fertile = record.in - record.empty - record.failed
      return { filtered: record.empty, expanded: record.out - record.born - fertile }
    }
    case 'stream': {
      const surplus = record.out - record.born - record.in + (record.unmatched ?? 0)
      return { filtered: Math.max(0, -surplus), expanded: Math.max(0, surplus) }
    }
    default:
      return {
        filtered: record.in + record.born + record.extra - record.out - record.failed,
        expanded: record.extra,
      }
  }
}

/** The ledger of a run that has not begun. */
export const NO_ITEMS: Ledger = {
  in: 0,
  copied: 0,
  expanded: 0,
  out: 0,
  filtered: 0,
  joined: 0,
  dropped: 0,
  deadLettered: 0,
  unmatched: 0,
  discarded: 0,
}

/** The run's ledger so far. While the run goes on, `discarded` is what is under way. */
export function ledgerOf(
  stages: readonly Stage[],
  edges: readonly Edge[],
  readers: Iterable<PortReader>,
): Ledger {
  const sums = { in: 0, copied: 0, expanded: 0, out: 0, filtered: 0, joined: 0, dropped: 0, unmatched: 0 }
  let deadLettered = 0
  for (const stage of stages) {
    const { plan, records, inlet, outlet, leftover, left, copied, restored, isDone } = stage
    let withoutOutput = 0
    plan.kernels.forEach((kernel, at) => {
      const record = records[at] as NodeRecord
      const { filtered, expanded } = balance(kernel, record)
      sums.in += record.born
      // of a coroutine that still runs it is not known what it makes of what it has read
      if (isDone || kernel.kind !== 'stream') withoutOutput += filtered
      sums.expanded += expanded
      const aside = record.failures?.deadLettered ?? 0
      if (kernel.kind === 'sink') sums.out += record.in - aside
      deadLettered += aside
      sums.unmatched += record.unmatched ?? 0
    })
    sums.filtered += isDone ? withoutOutput : Math.max(0, withoutOutput - stage.heldItems)
    sums.filtered += leftover + (restored?.ports.leftover ?? 0) + outlet.unread
    sums.copied += copied
    sums.out += left
    sums.joined += inlet.joined
    sums.unmatched += inlet.unmatched
  }
  for (const edge of edges) {
    sums.dropped += edge.dropped
    sums.filtered += edge.abandoned
  }
  for (const reader of readers) sums.out += reader.delivered
  const gone = sums.out + sums.filtered + sums.joined + sums.dropped + sums.unmatched + deadLettered
  return { ...sums, deadLettered, discarded: sums.in + sums.copied + sums.expanded - gone }
}

/** How much came to its end, of a run that ended of itself or not. */
export function completenessOf(
  { out, deadLettered, dropped, discarded }: Ledger,
  endedByItself: boolean,
): Completeness {
  const givenUp = deadLettered + dropped + discarded
  const share = givenUp === 0 ? 1 : out / (out + givenUp)
  return { isComplete: endedByItself && givenUp === 0, delivered: out, givenUp, share }
}

/** An edge inside of a stage, and who counts its items. */
export interface FusedEdge {
  readonly edge: GraphEdge
  /** Items that passed. */
  readonly sent: () => number
}

/** The edges among `all` that are no queues. */
export function fusedEdges(all: readonly GraphEdge[], stages: readonly Stage[]): FusedEdge[] {
  const recordOf = new Map<Node, NodeRecord>()
  for (const { plan, records } of stages) {
    plan.nodes.forEach((node, at) => void recordOf.set(node, records[at] as NodeRecord))
  }
  return all.map((edge) => {
    const isOnly = edge.to.inputs.length === 1
    const record = recordOf.get(isOnly ? edge.to : edge.from)
    return { edge, sent: () => (isOnly ? record?.in : record?.out) ?? 0 }
  })
}

/** The figures of an edge inside of a stage. */
export function fusedStats({ edge: { from, output, to, input }, sent }: FusedEdge): EdgeStats {
  // one literal: of a large graph there are many, and to spread one takes several times as long
  return {
    kind: 'fused',
    from: from.id,
    output,
    to: to.id,
    input,
    items: 0,
    peakItems: 0,
    bytes: 0,
    capacityItems: 0,
    capacityBytes: 0,
    fill: 0,
    overflow: 'block',
    blockedMs: 0,
    sent: sent(),
    dropped: 0,
  }
}

/** Items that a term has taken and whose promise is under way: of them it is not known yet whether they give an output. */
function underWayIn(stage: Stage, { kind }: Kernel, at: number): number {
  if (stage.isDone) return 0
  if (kind === 'concurrent') return stage.heldItems
  return (kind === 'map' || kind === 'apply') && stage.callAt === at ? 1 : 0
}

/** The figures of a stage's nodes. */
export function nodeStatsOf(stage: Stage): NodeStats[] {
  const { plan, records, inlet, shares } = stage
  return plan.nodes.map(({ id }, at) => {
    const record = records[at] as NodeRecord
    const kernel = plan.kernels[at] as Kernel
    const filtered = Math.max(0, balance(kernel, record).filtered - underWayIn(stage, kernel, at))
    const unmatched = (record.unmatched ?? 0) + (at === 0 ? inlet.unmatched : 0)
    const lost = unmatched === 0 ? {} : { unmatched }
    const share = shares === undefined ? {} : { stageShare: shares[at] as number }
    const source = at === 0 ? progressOf(stage) : undefined
    const progress = source === undefined ? {} : { progress: source }
    return { id, in: record.in, out: record.out, filtered, ...lost, stage: plan.index, ...share, ...progress }
  })
}
