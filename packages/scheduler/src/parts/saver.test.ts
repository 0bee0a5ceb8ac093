/** Goal: what must be known together is told in one message, since a worker may die between any two. */

import { expect, test } from 'vitest'
import { BackedEdge } from './backed-edge.ts'
import type { HostedStage } from './hosted-stage.ts'
import type { Reply } from './protocol.ts'
import { Saver } from './saver.ts'

test("the times of a source's items are told for all its readers at once", () => {
  const replies: Reply[] = []
  const saver = new Saver((reply) => replies.push(reply), true)
  const edges = [4, 7].map((index) => {
    const edge = new BackedEdge('source', 'reader', 'in', {}, new Set())
    edge.reader = { onItems() {} } as unknown as typeof edge.reader
    edge.isBacked = true
    saver.number(edge, index)
    return edge
  })
  const stage = { isSource: true, isTimed: true, outlet: { edges }, outbound: [], inlet: { edges: [] } }
  for (const edge of edges) edge.push({ items: ['x'], from: 0, to: 1, times: [12], itemBytes: 1 })
  saver.after(stage as unknown as HostedStage)
  const stamps = [4, 7].map((index) => [index, { from: 0, times: Float64Array.of(12) }])
  expect(replies).toEqual([{ kind: 'stamps', stamps }])
})
