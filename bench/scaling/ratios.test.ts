// Goal: what a strategy loses, and what it takes beside an idle process, come out of plain rows.

import { expect, test } from 'vitest'
import type { Row } from '../harness/contracts.ts'
import { scalingRatios } from './ratios.ts'

test('degradation is a share, and no loss is none', () => {
  const rows = [
    row('cpu20', 'pool', { itemsPerSecond: 100 }),
    row('cpu200', 'pool', { itemsPerSecond: 90, peakRssBytes: 150 }),
    row('cpu10000', 'pool', { itemsPerSecond: 95, peakThreads: 13, heapKbPerTerm: 2 }),
    row('cpu200', 'worker-per-term', { itemsPerSecond: 30, peakRssBytes: 1_050 }),
    row('cpu200', 'idle', { peakRssBytes: 50, peakThreads: 11 }),
    row('light200', 'inline', { itemsPerSecond: 7 }),
    row('light200', 'loop', { itemsPerSecond: 10 }),
  ]
  const ratios = scalingRatios(rows)
  expect(Object.keys(ratios).length).toBe(7)
  expect(ratios).toMatchObject({
    'light200.vsHandLoop': 0.7,
    'pool.degradation200to10000': 0,
    'pool.vsDedicatedAt200': 3,
    'pool.memoryVsDedicatedAt200': 0.1,
    'pool.heapKbPerTermAt10000': 2,
    'pool.threadsAt10000': 2,
  })
  expect(ratios['pool.degradation20to200']).toBeCloseTo(0.1)
})

function row(workload: string, contender: string, figures: Record<string, number>): Row {
  const spreads = Object.entries(figures).map(([name, value]) => [
    name,
    { median: value, min: value, max: value },
  ])
  return { workload, contender, items: 1, rounds: 1, figures: Object.fromEntries(spreads), notes: [] }
}
