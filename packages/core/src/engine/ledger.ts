/** Adds up where the items of a run went. Called by `Engine.stats`. */

import type { Completeness, Kernel, Ledger, NodeStats } from '../contracts.ts'
import type { Edge } from './edge.ts'
import type { OutputReader } from './output-reader.ts'
import type { NodeRecord, Stage } from './stage.ts'

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

/** The run's ledger so far. While the run goes on, `discarded` is what is under way. */
export function ledgerOf(
  stages: readonly Stage[],
  edges: readonly Edge[],
  readers: Iterable<OutputReader>,
): Ledger {
  const sums = { in: 0, copied: 0, expanded: 0, out: 0, filtered: 0, joined: 0, dropped: 0, unmatched: 0 }
  let deadLettered = 0
  for (const { plan, records, inlet, outlet, leftover, left, copied, restored } of stages) {
    plan.kernels.forEach((kernel, at) => {
      const record = records[at] as NodeRecord
      const { filtered, expanded } = balance(kernel, record)
      sums.in += record.born
      sums.filtered += filtered
      sums.expanded += expanded
      const aside = record.failures?.deadLettered ?? 0
      if (kernel.kind === 'sink') sums.out += record.in - aside
      deadLettered += aside
      sums.unmatched += record.unmatched ?? 0
    })
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

/** The figures of a stage's nodes. */
export function nodeStatsOf({ plan, records, inlet }: Stage): NodeStats[] {
  return plan.nodes.map(({ id }, at) => {
    const record = records[at] as NodeRecord
    const { filtered } = balance(plan.kernels[at] as Kernel, record)
    const unmatched = (record.unmatched ?? 0) + (at === 0 ? inlet.unmatched : 0)
    const lost = unmatched === 0 ? {} : { unmatched }
    return { id, in: record.in, out: record.out, filtered, ...lost, stage: plan.index }
  })
}
