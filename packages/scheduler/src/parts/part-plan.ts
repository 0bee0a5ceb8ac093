/** Describes a part to the worker that hosts it. Called by `PartsPlacement`. */

import type { EdgeOptions } from '@millrace/core'
import { DEFAULT_CAPACITY_BYTES, DEFAULT_CAPACITY_ITEMS } from '@millrace/core/engine'
import { toWirePolicy } from '../worker/letters.ts'
import type { BoardEdge, EdgeBoard } from './edge-board.ts'
import type { Locator } from './locate.ts'
import type { Part } from './part.ts'
import { CALLER, type PartEdge, type PartPlan } from './protocol.ts'
import type { Snapshots } from './snapshots.ts'

/**
 * The plan of `part`: its stages, and all edges with an end in it, those into one stage in the order of its rows. A part
 * that `resumes` is told where to go on.
 */
export function describePart(
  part: Part,
  { edges, parts }: Pick<EdgeBoard, 'edges' | 'parts'>,
  locator: Locator,
  engine: Pick<
    PartPlan,
    'timed' | 'batchItems' | 'stopsOnFailure' | 'cleanupTimeoutMs' | 'resumes' | 'isCareful' | 'poison'
  >,
  snapshots: Snapshots,
): PartPlan {
  const stages = part.stages.map(({ index, kind, nodes }) => ({
    index,
    kind,
    nodes: nodes.map((node) => {
      const { graph, at } = locator.locate(node)
      const { id, index: own, rows, positional } = node
      const policy = toWirePolicy(node.policy)
      return { id, index: own, graph: graph.key, at, rows, positional, policy }
    }),
    saved: snapshots.savedOf(index),
    order: snapshots.orderOf(index),
  }))
  const own = edges.flatMap((edge, index): PartEdge[] => {
    const { place, writer, reader } = edge
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
        options: boundsOf(edge),
        writer,
        reader,
        isBacked: reader !== CALLER && parts.get(reader)?.unsavable === undefined,
        stamps: snapshots.stampsOf(index),
        atReader: snapshots.readerOf(index),
      },
    ]
  })
  return { host: part.host, stages, edges: own, saves: part.unsavable === undefined, ...engine }
}

/** The options of an edge, with bounds as they are now: they may have grown. */
function boundsOf({ options, edge }: BoardEdge): EdgeOptions {
  const { capacityItems = DEFAULT_CAPACITY_ITEMS, capacityBytes = DEFAULT_CAPACITY_BYTES } = options
  if (edge.capacityItems <= capacityItems) return options
  const growth = edge.capacityItems / capacityItems
  return { ...options, capacityItems: edge.capacityItems, capacityBytes: capacityBytes * growth }
}
