/** Goal: what a stage has done stands once it is done, also where its worker is lost then and another one runs it again. */

import { Outlet, Stage } from '@millrace/core/engine'
import { expect, test } from 'vitest'
import { isOver } from './mirror-edge.ts'
import type { StageReport } from './protocol.ts'
import { ProxyStage } from './proxy-stage.ts'

const time = { busyMs: 0, waitingMs: 0, awaitedMs: 0, backpressuredMs: 0 }

function report(born: number, isDone: boolean): StageReport {
  const counts = { joined: 0, unmatched: 0, copied: 0, unread: 0, left: born, leftover: 0, heldItems: 0 }
  const now = { state: 'waiting', isDone, isWaiting: false, waitsFor: undefined, wanted: [] } as const
  const records = [{ in: 0, out: born, born, extra: 0, empty: 0 }] as unknown as StageReport['records']
  return { index: 0, activations: 1, processingMs: 0, time, sinceMs: 0, records, ...counts, ...now }
}

test('a worker that begins a finished stage anew does not take its figures back', () => {
  type Parts = ConstructorParameters<typeof ProxyStage>
  const plan = { index: 0, kind: 'fused', nodes: [{ id: 'source' }], kernels: [{ kind: 'source' }] }
  const whole = { isSettled: true, edgeOf: () => undefined }
  const parts = [plan, { edges: [] }, new Outlet(new Map(), false), {}, {}, whole] as unknown as Parts
  const stage = new ProxyStage(...parts)
  expect(stage).toBeInstanceOf(Stage)
  stage.apply(report(10, false))
  stage.apply(report(4, false)) // lost before it was done: it gives again what it gave
  expect(stage.records.map(({ born }) => born)).toEqual([4])
  stage.apply(report(4064, true))
  stage.apply(report(0, false))
  expect([stage.records.map(({ born }) => born), stage.outlet.left, stage.isDone]).toEqual([
    [4064],
    4064,
    true,
  ])
  stage.apply(report(4064, true))
  expect(stage.records.map(({ born }) => born)).toEqual([4064])
})

test('an edge is over once its writer has ended or its reader has closed it', () => {
  expect([
    isOver({ ended: true, closed: false }),
    isOver({ ended: false, closed: true }),
    isOver({ ended: false, closed: false }),
  ]).toEqual([true, true, false])
})
