// Goal: the ratios of times say who is sooner.

import { expect, test } from 'vitest'
import type { Row } from '../harness/contracts.ts'
import { startupRatios } from './ratios.ts'

test('twice the time is a ratio of two', () => {
  const rows = [
    row('pool', { firstOutputMs: 100, exitMs: 5 }),
    row('tinypool', { firstOutputMs: 50, exitMs: 10 }),
  ]
  expect(startupRatios(rows)).toEqual({ 'firstOutput.poolVsTinypool': 2, 'exit.poolVsTinypool': 0.5 })
})

function row(contender: string, figures: Record<string, number>): Row {
  const spreads = Object.entries(figures).map(([name, value]) => [
    name,
    { median: value, min: value, max: value },
  ])
  return { workload: 'cold', contender, items: 1, rounds: 1, figures: Object.fromEntries(spreads), notes: [] }
}
