/**
 * What to do when nothing can move: find the edge to grow, the cycle that has run dry, or the words to say it.
 *
 * Growing the smallest full edge: T. Parks, "Bounded scheduling of process networks", Berkeley 1995.
 */

import { cyclesOf } from '../graph/check.ts'
import type { Graph } from '../graph/graph.ts'
import type { Edge } from './edge.ts'
import { Stage } from './stage.ts'

/**
 * The full edges that nothing can empty any more, because everybody their readers wait for waits in turn.
 *
 * A stage that waits for the outside keeps alive all that wait for it, in turn; the others are stuck, even while
 * other parts of the graph go on.
 */
export function stuckEdges(stages: readonly Stage[], parked: ReadonlySet<Edge>): Edge[] {
  const waiters = new Map<unknown, Stage[]>()
  const waitFor = (stage: Stage, other: unknown): void => {
    const list = waiters.get(other)
    if (list === undefined) waiters.set(other, [stage])
    else list.push(stage)
  }
  const alive = new Set<unknown>()
  const work: unknown[] = []
  const revive = (end: unknown): void => {
    if (alive.has(end)) return
    alive.add(end)
    work.push(end)
  }
  for (const stage of stages) {
    if (stage.isDone) continue
    if (stage.isWaiting || stage.mayGoOn) revive(stage)
    for (const edge of stage.wanted) waitFor(stage, edge.writer)
  }
  for (const edge of parked) {
    if (edge.reader instanceof Stage) waitFor(edge.writer as Stage, edge.reader)
    else revive(edge.writer) // read from outside of the engine
  }
  for (let end = work.pop(); end !== undefined; end = work.pop()) waiters.get(end)?.forEach(revive)
  return [...parked].filter((edge) => !edge.closed && !alive.has(edge.writer))
}

/** The smallest of these edges. */
export function smallest(edges: readonly Edge[]): Edge | undefined {
  let smallest: Edge | undefined
  for (const edge of edges) {
    if (smallest === undefined || edge.capacityItems < smallest.capacityItems) smallest = edge
  }
  return smallest
}

/**
 * The edges to end because the cycles they belong to have run dry: everything that feeds the cycle from outside
 * has ended, and nothing is under way in it. A cycle downstream of another comes later: it may yet be fed.
 */
export function dryEdges(graph: Graph, edges: readonly Edge[]): Edge[] {
  for (const cycle of cyclesOf(graph)) {
    const members = new Set(cycle.map(({ id }) => id))
    const into = edges.filter((edge) => members.has(edge.to) && !edge.closed)
    const inner = into.filter((edge) => members.has(edge.from) && !edge.ended)
    const fed = into.some((edge) => !members.has(edge.from) && !edge.ended)
    if (inner.length > 0 && !fed) return inner
  }
  return []
}

/** Who waits for whom, in words, and the cycle of terms in which the waiting closes. */
export function explainStall(
  stages: readonly Stage[],
  parked: ReadonlySet<Edge>,
): { waits: string[]; cycle: string[] } {
  const waitsFor = new Map<Stage, { readonly other: Stage | undefined; readonly text: string }>()
  const stageOf = (end: unknown): Stage | undefined => stages.find((stage) => stage === end)
  for (const stage of stages) {
    if (stage.isDone) continue
    const full = [...parked].find((edge) => edge.writer === stage && !edge.closed)
    const [empty] = stage.wanted
    if (full !== undefined) {
      const text = `"${full.from}" waits for room on its full edge to "${full.to}" (${full.items} items)`
      waitsFor.set(stage, { other: stageOf(full.reader), text })
    } else if (empty !== undefined) {
      const text = `"${empty.to}" waits for an item from "${empty.from}"`
      waitsFor.set(stage, { other: stageOf(empty.writer), text })
    }
  }
  const start = stageOf([...parked][0]?.writer)
  const path: Stage[] = []
  let at = start ?? [...waitsFor.keys()][0]
  while (at !== undefined && !path.includes(at)) {
    path.push(at)
    at = waitsFor.get(at)?.other
  }
  const round = at === undefined ? path : path.slice(path.indexOf(at))
  return {
    waits: round.map((stage) => waitsFor.get(stage)?.text ?? `"${nameOf(stage)}" has nothing to do`),
    cycle: round.map(nameOf),
  }
}

function nameOf(stage: Stage): string {
  return stage.plan.nodes[0]?.id ?? ''
}
