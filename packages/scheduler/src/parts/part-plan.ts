/** Describes a part to the worker that hosts it. Called by `PartsPlacement`. */

import { toWirePolicy } from '../worker/letters.ts'
import type { BoardEdge } from './edge-board.ts'
import type { Locator } from './locate.ts'
import type { Part } from './part.ts'
import type { PartEdge, PartPlan } from './protocol.ts'

/** The plan of `part`: its stages, and all edges with an end in it, those into one stage in the order of its rows. */
export function describePart(
  part: Part,
  edges: readonly BoardEdge[],
  locator: Locator,
  engine: Pick<PartPlan, 'timed' | 'batchItems' | 'stopsOnFailure'>,
): PartPlan {
  const stages = part.stages.map(({ index, kind, nodes }) => ({
    index,
    kind,
    nodes: nodes.map((node) => {
      const { graph, at } = locator.locate(node)
      const { id, index: own, rows, positional, leaf } = node
      const policy = toWirePolicy(leaf.failurePolicy)
      return { id, index: own, graph: graph.key, at, rows, positional, policy }
    }),
  }))
  const own = edges.flatMap((edge, index): PartEdge[] => {
    const { place, options, writer, reader } = edge
    if (writer !== part.host && reader !== part.host) return []
    const { from, output, to, input } = place
    return [
      {
        index,
        from: from.id,
        fromIndex: from.index,
        output,
        to: to?.id ?? `output(${input})`,
        toIndex: to?.index ?? -1,
        input,
        options,
        writer,
        reader,
      },
    ]
  })
  return { host: part.host, stages, edges: own, ...engine }
}
