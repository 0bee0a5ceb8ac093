/**
 * Takes half of the work off a region in the middle of a batch, for another worker. Called by the strategy
 * `work-stealing`, between two steps of the region.
 *
 * What is taken is the end of a queue, so all that it leads to comes after all that the rest leads to: that is how
 * the caller puts the outputs back in order. So nothing may wait further up: those items would come out behind.
 */

import type { Edge, FusedStage } from '@millrace/core/engine'
import type { RegionRunner } from './region-runner.ts'

/** A part of a batch: items, and the edge on which they were. */
export interface Split {
  /** Index of the edge inside of the region; -1 for its input. */
  readonly enterAt: number
  readonly items: readonly unknown[]
  readonly times: readonly number[] | undefined
}

/** Whether there is something to take. */
export function canSplit(runner: RegionRunner): boolean {
  return edgeToSplit(runner) !== undefined
}

/** Takes half of the longest queue, or of the first. */
export function split(runner: RegionRunner): Split | undefined {
  const edge = edgeToSplit(runner)
  if (edge === undefined) return undefined
  return { enterAt: runner.inside.indexOf(edge), ...edge.takeTail(edge.items >> 1) }
}

function edgeToSplit(runner: RegionRunner): Edge | undefined {
  const edges = [runner.input, ...runner.inside]
  if (hasCycle(runner)) {
    // items that go round come out in no order anyway
    const longest = edges.reduce((one, other) => (other.items > one.items ? other : one))
    return longest.items > 1 ? longest : undefined
  }
  const edge = edges.find(({ items }) => items > 1)
  return edge !== undefined && isFirst(edge, runner) ? edge : undefined
}

/** Whether nothing is under way between the region's input and this edge. */
function isFirst(edge: Edge, runner: RegionRunner): boolean {
  if (edge === runner.input) return true
  const seen = new Set<unknown>([edge])
  for (const below of seen) {
    const writer = (below as Edge).writer as FusedStage
    if (!writer.isIdle) return false
    for (const above of writer.inlet.edges) {
      if (above.items > 0) return false
      if (above !== runner.input) seen.add(above)
    }
  }
  return true
}

const cyclic = new WeakMap<readonly Edge[], boolean>()

/** Whether a stage can be reached from itself. Looked up once per runner. */
function hasCycle({ inside, stages }: RegionRunner): boolean {
  let found = cyclic.get(inside)
  if (found === undefined) {
    // the stages are in an order in which each comes after its writers, but for edges that lead back
    const rank = new Map<unknown, number>(stages.map((stage, at) => [stage, at]))
    found = inside.some(({ writer, reader }) => (rank.get(writer) ?? 0) >= (rank.get(reader) ?? 0))
    cyclic.set(inside, found)
  }
  return found
}
