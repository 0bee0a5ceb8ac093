/** What cannot run over many hosts, found before anything starts. Called by `cutGraph`. */

import { type Graph, type GraphEdge, type Node, reasonAgainst } from '@millrace/core'
import { NotDistributableError } from '../errors.ts'

/** @throws {NotDistributableError} with a line for each term that cannot run there. */
export function checkDistributable(graph: Graph, isLoop: (edge: GraphEdge) => boolean): void {
  const reasons = graph.nodes.flatMap((node) => {
    if (node.isLocal && node.label !== undefined) {
      return [
        `"${node.id}" is bound to "${node.label}" by on(), and pinned by local(). Leave one of them out.`,
      ]
    }
    const elsewhere = node.outputs.find((edge) => isLoop(edge) && homeOf(edge.to) !== homeOf(node))
    if (node.label !== undefined && elsewhere !== undefined) {
      return [
        `"${node.id}" is bound to "${node.label}", and "${elsewhere.to.id}" in the same cycle is not. A cycle runs on one ` +
          'host: bind all of it.',
      ]
    }
    const reason = reasonAgainst(node)
    if (reason !== undefined) return [`"${node.id}" ${withStop(reason)}`]
    if ('acknowledge' in node.leaf && node.leaf.acknowledge !== undefined) {
      return [
        `"${node.id}" waits until it is told what a checkpoint holds, which runs over hosts do not do at their end. Run it ` +
          'on one machine, with checkpoints.',
      ]
    }
    if (node.leaf.usesTime === true) {
      return [
        `"${node.id}" reads ctx.time, which does not travel between hosts. Put the time into the items.`,
      ]
    }
    if (node.leaf.sharesOut === true && node.outputs.some(isLoop)) {
      return [
        `"${node.id}" shares items out within a cycle, and a cycle runs on one host. Move it out of the cycle.`,
      ]
    }
    return []
  })
  if (reasons.length > 0) throw new NotDistributableError(reasons)
}

function homeOf({ isLocal, label }: Node): string {
  return label ?? (isLocal ? 'the command' : '')
}

function withStop(reason: string): string {
  return /[.!]$/.test(reason) ? reason : `${reason}.`
}
