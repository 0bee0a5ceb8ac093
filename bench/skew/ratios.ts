// The ratios of the skew suite, from its rows. Pure; called once all rounds are done.

import type { Row } from '../harness/contracts.ts'
import { figuresOf, quotients } from '../harness/ratios.ts'
import { camelCase } from '../harness/statistics.ts'

export function skewRatios(rows: readonly Row[]): Record<string, number> {
  const speed = figuresOf(rows, 'itemsPerSecond')
  const stealing = (workload: string) => speed(workload, 'work-stealing')
  return quotients([
    ...['pool', 'work-stealing'].map(
      (strategy) =>
        [
          `queens.speedup.${camelCase(strategy)}`,
          speed('queens', strategy),
          speed('queens', 'inline'),
        ] as const,
    ),
    ['queens.vsTinypoolPerTask', stealing('queens'), speed('queens', 'tinypool')],
    ['queens.vsLoop', stealing('queens'), speed('queens', 'loop')],
    ['heavyTail.vsStatic', stealing('heavyTail'), speed('heavyTail', 'static')],
    ['heavyTail.vsTinypoolPerTask', stealing('heavyTail'), speed('heavyTail', 'tinypool')],
    ['stages.stealingVsHopPerStage', stealing('stages'), speed('stages', 'hop-per-stage')],
    ['stages.stealingVsStatic', stealing('stages'), speed('stages', 'static')],
  ])
}
