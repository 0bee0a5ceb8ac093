// The ratios of the backpressure suite, from its rows. Pure; called once all rounds are done.

import type { Row } from '../harness/contracts.ts'
import { figuresOf, present } from '../harness/ratios.ts'
import { camelCase } from '../harness/statistics.ts'

const strategies = ['inline', 'dedicated', 'pool', 'work-stealing', 'hybrid']

/** The strategies' own figures, and the worst of each. */
export function backpressureRatios(rows: readonly Row[]): Record<string, number> {
  const names = { maxQueueOverCapacity: 'queueOverCapacity', rssGrowthMb: 'rssGrowthMb' }
  const ratios: Record<string, number | undefined> = {}
  for (const [ratio, figure] of Object.entries(names)) {
    const seen = figuresOf(rows, figure)
    const each = strategies.map((strategy) => [strategy, seen('slowSink', strategy)] as const)
    const known = each.map(([, value]) => value).filter((value) => value !== undefined)
    ratios[ratio] = known.length === 0 ? undefined : Math.max(...known)
    for (const [strategy, value] of each) ratios[`${ratio}.${camelCase(strategy)}`] = value
  }
  return present(ratios)
}
