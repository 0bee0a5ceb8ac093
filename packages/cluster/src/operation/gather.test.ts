// The figures of an edge between two tasks are those of both parts; edges that were grown stay known when tasks move.

import type { EdgeStats } from '@millrace/core'
import { NO_ITEMS } from '@millrace/core/engine'
import { expect, test } from 'vitest'
import type { TaskFigures } from '../port/records.ts'
import { Gathered } from './gather.ts'

const none = {
  total: 0,
  error: 0,
  timeout: 0,
  worker: 0,
  circuit: 0,
  retries: 0,
  fallbacks: 0,
  deadLettered: 0,
}
const edge = (more: Partial<EdgeStats>): EdgeStats => ({
  kind: 'queue',
  from: 'a',
  output: 'out',
  to: 'b',
  input: 'in',
  items: 1,
  peakItems: 2,
  bytes: 3,
  capacityItems: 1024,
  capacityBytes: 5,
  fill: 0.5,
  overflow: 'block',
  blockedMs: 4,
  sent: 7,
  dropped: 0,
  ...more,
})
const figures = (edges: readonly EdgeStats[], stalls: readonly EdgeStats[] = []): TaskFigures => ({
  elapsedMs: 1,
  busyMs: 1,
  nodes: [],
  stages: [],
  edges,
  failures: { ...none, byTerm: {} },
  grown: stalls.length,
  stalls,
})
const edgesOf = (gathered: Gathered) => gathered.stats('running', NO_ITEMS, 10).edges

test('how long writers were held back is summed over both parts', () => {
  const gathered = new Gathered()
  gathered.set('t0', 1, figures([edge({ waits: { count: 2, sumMs: 5, classes: [0, 2] } })]))
  gathered.set('t1', 1, figures([edge({ waits: { count: 1, sumMs: 7, classes: [0, 0, 1] } })]))
  expect(edgesOf(gathered)).toMatchObject([
    { items: 2, capacityItems: 2048, waits: { count: 3, sumMs: 12, classes: [0, 2, 1] } },
  ])
  gathered.set('t0', 2, figures([edge({})]))
  expect(edgesOf(gathered)[0]?.waits).toEqual({ count: 1, sumMs: 7, classes: [0, 0, 1] })
  gathered.set('t1', 2, figures([edge({})]))
  expect(edgesOf(gathered)[0]).not.toHaveProperty('waits')
})

test('an edge that was grown stays so when the next owner has not grown it', () => {
  const gathered = new Gathered()
  gathered.set('t0', 1, figures([], [edge({ capacityItems: 2048 }), edge({ capacityItems: 4096 })]))
  gathered.set('t0', 2, figures([]))
  gathered.set('t0', 3, figures([], [edge({ capacityItems: 2048 })]))
  expect(gathered.stalls).toEqual([edge({ capacityItems: 4096 })])
})
