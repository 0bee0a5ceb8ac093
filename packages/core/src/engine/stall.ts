/**
 * What to do when nothing can move: find the edge to grow, the cycle that has run dry, or the words to say it.
 *
 * Growing the smallest full edge: T. Parks, "Bounded scheduling of process networks", Berkeley 1995.
 */

import type { Graph } from '../graph/graph.ts'
import { cyclesOf } from '../graph/check.ts'
import type { Edge } from './edge.ts'
import type { Stage } from './stage.ts'

/** The smallest edge whose writer is parked; `undefined` if nothing is full. */
export function smallestFull(edges: readonly Edge[]): Edge | undefined {
  let smallest: Edge | undefined
  for (const edge of edges) {
    if (!edge.parked || edge.closed) continue
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
  edges: readonly Edge[],
): { waits: string[]; cycle: string[] } {
  const waitsFor = new Map<Stage, { readonly other: Stage | undefined; readonly text: string }>()
  const stageOf = (end: unknown): Stage | undefined => stages.find((stage) => stage === end)
  for (const stage of stages) {
    if (stage.isDone) continue
    const full = edges.find((edge) => edge.writer === stage && edge.parked && !edge.closed)
    const empty = stage.inlet.edges.find((edge) => edge.items === 0 && !edge.ended)
    if (full !== undefined) {
      const text = `"${full.from}" waits for room on its full edge to "${full.to}" (${full.items} items)`
      waitsFor.set(stage, { other: stageOf(full.reader), text })
    } else if (empty !== undefined) {
      const text = `"${empty.to}" waits for an item from "${empty.from}"`
      waitsFor.set(stage, { other: stageOf(empty.writer), text })
    }
  }
  const start = stages.find((stage) => edges.some((edge) => edge.writer === stage && edge.parked))
  const path: Stage[] = []
  let at = start ?? [...waitsFor.keys()][0]
  while (at !== undefined && !path.includes(at)) {
    path.push(at)
    at = waitsFor.get(at)?.other
  }
  const round = at === undefined ? path : path.slice(path.indexOf(at))
  return {
    waits: round.map((stage) => waitsFor.get(stage)?.text ?? `"${nameOf(stage)}" is done`),
    cycle: round.map(nameOf),
  }
}

function nameOf(stage: Stage): string {
  return stage.plan.nodes[0]?.id ?? ''
}
