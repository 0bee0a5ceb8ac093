/**
 * Takes half of the work off a region in the middle of a batch, for another worker. Called by the strategy
 * `work-stealing`, between two steps of the region.
 *
 * What is taken is the end of a queue, so all that it leads to comes after all that the rest leads to: that is how
 * the caller puts the outputs back in order. So nothing may wait further up: those items would come out behind.
 */

import type { Edge, FusedStage } from '@millrace/core/engine'
import type { Loaded, RegionRunner } from './region-runner.ts'

/** Whether there is something to take. */
export function canSplit(runner: RegionRunner): boolean {
  if (runner.isWhole) return false
  const [edge, other] = edgesToSplit(runner, 2)
  return other !== undefined || (edge !== undefined && edge.items > 1)
}

/** Takes half of the work: of many queues the last ones, of one its second half. Nothing, if there is too little. */
export function split(runner: RegionRunner): Loaded[] {
  const edges = edgesToSplit(runner, Number.POSITIVE_INFINITY)
  const take = (edge: Edge, count: number): Loaded => ({
    enterAt: runner.edges.indexOf(edge),
    ...edge.takeTail(count),
  })
  const [only] = edges
  if (edges.length > 1) return edges.slice(edges.length >> 1).map((edge) => take(edge, edge.items))
  return only !== undefined && only.items > 1 ? [take(only, only.items >> 1)] : []
}

/** Puts back what was taken: nothing has run since. */
export function putBack(runner: RegionRunner, cut: readonly Loaded[]): void {
  for (const { items, times, enterAt } of cut) {
    const edge = runner.edges[enterAt] as Edge
    edge.push({ items, from: 0, to: items.length, times, itemBytes: 0 })
  }
}

/** Up to `limit` queues that may be cut: on none of the ways through the region two of them. */
function edgesToSplit(runner: RegionRunner, limit: number): Edge[] {
  if (hasCycle(runner)) {
    // items that go round come out in no order anyway
    const longest = runner.edges.reduce((one, other) => (other.items > one.items ? other : one))
    return longest.items > 0 ? [longest] : []
  }
  const found: Edge[] = []
  for (const edge of runner.edges) {
    if (edge.items > 0 && isFirst(edge, runner) && found.push(edge) >= limit) break
  }
  return found
}

/** Whether nothing is under way between the region's entries and this edge. */
function isFirst(edge: Edge, { edges, entries }: RegionRunner): boolean {
  const seen = new Set<Edge>([edge])
  for (const below of seen) {
    if (edges.indexOf(below) < entries) continue
    const writer = below.writer as FusedStage
    if (!writer.isIdle) return false
    for (const above of writer.inlet.edges) {
      if (above.items > 0) return false
      seen.add(above)
    }
  }
  return true
}

const cyclic = new WeakMap<readonly Edge[], boolean>()

/** Whether a stage can be reached from itself. Looked up once per runner. */
function hasCycle({ edges, entries, stages }: RegionRunner): boolean {
  let found = cyclic.get(edges)
  if (found === undefined) {
    // the stages are in an order in which each comes after its writers, but for edges that lead back
    const rank = new Map<unknown, number>(stages.map((stage, at) => [stage, at]))
    found = edges
      .slice(entries)
      .some(({ writer, reader }) => (rank.get(writer) ?? 0) >= (rank.get(reader) ?? 0))
    cyclic.set(edges, found)
  }
  return found
}
