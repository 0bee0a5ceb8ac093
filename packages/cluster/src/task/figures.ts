/** The figures of a task's engine, in the words of the whole graph. Called by `EngineWork`. */

import type { EdgeStats, NodeStats, StageStats, Stats } from '@millrace/core'
import type { TaskPlan } from '../cut/cut.ts'
import type { TaskFigures } from '../port/records.ts'

/** What the engine calls the parts of an edge between two tasks, by the edge's name. */
export interface EdgeNames {
  /** Id of the node that stands in for the writer. */
  readonly inbound: ReadonlyMap<string, string>
}

/**
 * What stands in for other tasks is left out; an edge from or to it is named after the real one. `stalls` are the edges that
 * the engine has grown.
 */
export function figuresOf(
  stats: Omit<Stats, 'phase'>,
  stalls: readonly EdgeStats[],
  { reads, writes, opens = [] }: TaskPlan,
  { inbound }: EdgeNames,
): TaskFigures {
  const readOf = new Map(reads.map((read) => [inbound.get(read.name), read.edge]))
  const writeOf = new Map(writes.map((write) => [`output(${write.name})`, write.edge]))
  const openOf = new Map(opens.map(({ name, outputName }) => [`output(${name})`, outputName]))
  const standIns = new Set(inbound.values())
  const named = (edge: EdgeStats): EdgeStats => {
    const open = openOf.get(edge.to)
    if (open !== undefined) return { ...edge, to: `output(${open})`, input: open }
    const real = readOf.get(edge.from) ?? writeOf.get(edge.to)
    if (real === undefined) return edge
    return { ...edge, from: real.from.id, output: real.output, to: real.to.id, input: real.input }
  }
  const isReal = (id: string): boolean => !standIns.has(id)
  // a stage of nothing but a stand-in is no stage of the graph; its place is kept, so that the indexes of the others hold
  const stages = stats.stages
    .map((stage): StageStats => ({ ...stage, nodes: stage.nodes.filter(isReal) }))
    .filter(({ nodes }) => nodes.length > 0)
  return {
    elapsedMs: stats.elapsedMs,
    busyMs: stats.caller.busyMs,
    nodes: stats.nodes.filter(({ id }): boolean => isReal(id)) as readonly NodeStats[],
    stages,
    edges: stats.edges.map(named),
    failures: stats.failures,
    grown: stats.grown,
    ...(stalls.length === 0 ? {} : { stalls: stalls.map(named) }),
  }
}
