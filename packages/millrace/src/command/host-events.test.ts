// Each edge that was grown is told once for the run, whichever hosts grow it again.

import type { EdgeStats, Stats } from '@millrace/core'
import { expect, test } from 'vitest'
import { HostEvents } from './host-events.ts'

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
const stats = { nodes: [], edges: [], grown: 3, failures: { ...none, byTerm: {} } } as unknown as Stats
const edge = (from: string, capacityItems: number): EdgeStats =>
  ({ from, output: 'out', to: 'b', input: 'in', capacityItems }) as EdgeStats

test('an edge is told when it is larger than it was told to be', () => {
  const said: unknown[] = []
  const events = new HostEvents((_level, _line, fields) => void said.push(fields), undefined)
  const look = (...stalls: EdgeStats[]): void => events.look(stats, stalls, undefined)
  look()
  look(edge('a', 2048))
  look(edge('a', 2048), edge('c', 4096))
  look(edge('a', 1024), edge('c', 4096))
  look(edge('a', 2048), edge('c', 8192))
  expect(said).toEqual([
    { event: 'stall', from: 'a', to: 'b', capacityItems: 2048 },
    { event: 'stall', from: 'c', to: 'b', capacityItems: 4096 },
    { event: 'stall', from: 'c', to: 'b', capacityItems: 8192 },
  ])
})
