/**
 * `EdgeBoard`: all edges of a run with an end in a part, as the caller's thread sees them, and whether anything is on
 * the way on them. Made by `PartsPlacement`.
 *
 * Termination detection after F. Mattern, "Algorithms for distributed termination detection", Distributed Computing
 * 1987: every part was quiet when it reported, and each end of each edge has received what the other had sent. A message
 * that a part sent after its report would have been caused by one that the counts show as still on its way.
 */

import type { EdgeOptions } from '@millrace/core'
import type { Edge, EdgePlace } from '@millrace/core/engine'
import { InboundEdge } from './inbound-edge.ts'
import { countUnmatched, MirrorEdge, ReceivedEdge, type ReportedEdge } from './mirror-edge.ts'
import { OutboundEdge } from './outbound-edge.ts'
import type { Part } from './part.ts'
import { CALLER, type EdgeMessage, type Report } from './protocol.ts'

/** An edge with an end in a part. */
export interface BoardEdge {
  readonly place: EdgePlace
  readonly options: EdgeOptions
  readonly edge: Edge
  /** The hosts of its ends. */
  readonly writer: number
  readonly reader: number
}

/** One end of an edge: messages from writer to reader, from reader to writer, and whether the reader has closed. */
interface End {
  readonly forward: number
  readonly back: number
  readonly closed: boolean
}

const UNUSED: End = { forward: 0, back: 0, closed: false }

/** Knows all edges that parts take part in, by number. */
export class EdgeBoard {
  readonly edges: BoardEdge[] = []
  /** By host. */
  readonly parts = new Map<number, Part>()
  /** Unset whenever something has happened since it was found out. */
  #isSettled: boolean | undefined

  /** Something was sent or received: what is known of the whole is out of date. */
  touch(): void {
    this.#isSettled = undefined
  }

  /** Whether all parts are quiet, and nothing is on the way between hosts. */
  get isSettled(): boolean {
    this.#isSettled ??= this.#look()
    return this.#isSettled
  }

  #look(): boolean {
    for (const part of this.parts.values()) if (!part.isQuiet) return false
    return this.edges.every(({ writer, reader, edge }, index) => {
      if (writer === reader) return true
      const [sender, receiver] = [this.#endOf(writer, index, edge), this.#endOf(reader, index, edge)]
      if (edge instanceof InboundEdge && edge.isBehind) return false
      // what is sent to a reader that has closed changes nothing any more
      return sender.back === receiver.back && (receiver.closed || sender.forward === receiver.forward)
    })
  }

  #endOf(host: number, index: number, edge: Edge): End {
    if (host !== CALLER) return this.parts.get(host)?.links.get(index) ?? UNUSED
    return edge instanceof InboundEdge || edge instanceof OutboundEdge ? edge : UNUSED
  }

  /** Takes over what a part has reported of its edges. */
  apply({ edges, links }: Report): void {
    for (const report of edges) this.#reported(report.index)?.apply(report)
    for (const { index, abandoned } of links) {
      const edge = this.edges[index]?.edge
      if (edge instanceof MirrorEdge && abandoned > 0) edge.applyReader(abandoned)
      else if (edge instanceof OutboundEdge) this.#applyReader(edge, abandoned)
    }
  }

  #reported(index: number): ReportedEdge | undefined {
    const edge = this.edges[index]?.edge
    return edge instanceof MirrorEdge || edge instanceof ReceivedEdge ? edge : undefined
  }

  readonly #atReaders = new Map<Edge, number>()

  #applyReader(edge: Edge, abandoned: number): void {
    edge.abandoned += abandoned - (this.#atReaders.get(edge) ?? 0)
    this.#atReaders.set(edge, abandoned)
  }

  /** A message from a part for an end that lies here. */
  receive(message: EdgeMessage): void {
    const at = this.edges[message.edge]
    if (at === undefined) return
    const { edge, place } = at
    if (message.kind === 'items' || message.kind === 'end') (edge as InboundEdge).receive(message)
    else if (message.kind === 'ack') (edge as OutboundEdge).onAck(message.consumed)
    else {
      const before = edge.abandoned
      if (message.kind === 'resume') (edge as OutboundEdge).onResume(message)
      else (edge as OutboundEdge).onClose(message.consumed, message.held)
      edge.abandoned = before + countUnmatched(edge, place, edge.abandoned - before)
    }
  }
}
