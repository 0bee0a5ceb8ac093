/** Connects a part that begins anew to all others. Called by `PartsPlacement`. */

import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { EdgeBoard } from './edge-board.ts'
import { ReceivedEdge } from './mirror-edge.ts'
import type { Part } from './part.ts'
import { CALLER, type PartPlan } from './protocol.ts'

/** Has the part make its stages, gives it and those it shares edges with new ports, and tells it what it had been told. */
export function rewirePart(part: Part, board: EdgeBoard, plan: PartPlan, isPaused: boolean): void {
  const own = board.edges.filter(({ writer, reader }) => writer === part.host || reader === part.host)
  const hosts = new Set(own.map(({ writer, reader }) => (writer === part.host ? reader : writer)))
  const peers: { readonly host: number; readonly port: MessagePort }[] = []
  for (const host of hosts) {
    const other = board.parts.get(host)
    // one that is lost, too, will connect itself
    if (host === CALLER || other === undefined || other === part || !other.isUp) continue
    const { port1, port2 } = new MessageChannel()
    peers.push({ host, port: port1 })
    other.rewire(part.host, port2)
  }
  part.makeStages({ kind: 'wire', plan, peers })
  if (isPaused) part.pause()
  for (const { edge, writer } of own) {
    if (writer === part.host && edge instanceof ReceivedEdge) edge.resume()
  }
  part.catchUp()
}
