/** Goal: what an edge has held its writer back only grows, also where another worker begins to count again. */

import type { Durations } from '@millrace/core'
import type { Edge } from '@millrace/core/engine'
import { expect, test } from 'vitest'
import { HeldBack } from './mirror-edge.ts'
import type { EdgeReport } from './protocol.ts'

function reported(...reports: readonly (readonly [blockedMs: number, waits: number])[]) {
  const [held, edge] = [new HeldBack(), {} as { blockedMs: number; waits?: { figures: Durations } }]
  for (const [blockedMs, count] of reports) {
    const waits = { count, sumMs: blockedMs, classes: [count] }
    held.apply(edge as unknown as Edge, { capacityBytes: 1, blockedMs, waits } as unknown as EdgeReport)
  }
  return [edge.blockedMs, edge.waits?.figures.count]
}

test.each([
  [
    'as it goes on',
    [
      [5, 100],
      [9, 120],
    ],
    [9, 120],
  ],
  [
    'after a loss, with less',
    [
      [5, 100],
      [1, 2],
    ],
    [6, 102],
  ],
  [
    'after a loss, longer but less often',
    [
      [5, 100],
      [50, 2],
    ],
    [55, 102],
  ],
] as const)('%s', (_, reports, total) => {
  expect(reported(...reports)).toEqual(total)
})
