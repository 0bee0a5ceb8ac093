// What a writer's end of an edge does when its part is lost: what it knows of a reader that goes on, or has closed.

import type { Batch } from '@millrace/core'
import type { EdgeEnd } from '@millrace/core/engine'
import { expect, test } from 'vitest'
import { unpack } from '../worker/packed.ts'
import { BackedEdge } from './backed-edge.ts'
import { OutboundEdge } from './outbound-edge.ts'
import type { EdgeMessage } from './protocol.ts'

const batchOf = (from: number, to: number): Batch => ({
  items: Array.from({ length: to }, (_, n) => n),
  from,
  to,
  times: undefined,
  itemBytes: 8,
})

const ends = (): { readonly end: EdgeEnd; readonly calls: string[] } => {
  const calls: string[] = []
  const end = {
    wake: () => {},
    onItems: () => {},
    onReaderGone: () => void calls.push('gone'),
  }
  return { end, calls }
}

function outbound(): { readonly edge: OutboundEdge; readonly told: unknown[] } {
  const told: unknown[] = []
  const post = (message: EdgeMessage): void => {
    if (message.kind === 'items') for (const item of unpack(message.items)) told.push(item)
    else told.push(message.kind)
  }
  const edge = new OutboundEdge(0, post, 'a', 'b', 'in', {}, new Set())
  edge.writer = ends().end
  edge.reader = ends().end
  return { edge, told }
}

test('what a reader that is never saved had not received is sent again, then the end', () => {
  const lost = outbound().edge
  lost.push(batchOf(0, 10))
  lost.onAck(2)
  const { edge, told } = outbound()
  edge.disconnect()
  edge.goOnFrom(lost.capture(0), undefined)
  edge.end()
  expect(told).toEqual([])
  edge.onResume({ kind: 'resume', edge: 0, received: 4, consumed: 3, closed: false, held: 0, abandoned: 0 })
  expect([told, edge.items]).toEqual([[4, 5, 6, 7, 8, 9, 'end'], 7])
  edge.onClose(5, 2)
  expect([edge.closed, edge.abandoned]).toEqual([true, 3])
})

test('an edge whose reader had closed does not close while its writer runs', () => {
  const edge = new BackedEdge('a', 'b', 'in', {}, new Set())
  const writer = ends()
  edge.writer = writer.end
  edge.reader = ends().end
  edge.goOnFrom(undefined, { edge: 0, consumed: 5, closed: true, held: 0, abandoned: 0 })
  edge.push(batchOf(0, 8))
  expect([edge.closed, writer.calls]).toEqual([false, []])
  edge.closeInTime()
  edge.closeInTime()
  expect([edge.closed, writer.calls, edge.abandoned]).toEqual([true, ['gone'], 3])
})
