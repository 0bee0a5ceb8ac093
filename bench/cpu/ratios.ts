// The ratios of the cpu suite, from its rows. Pure; called once all rounds are done.

import type { Row } from '../harness/contracts.ts'
import { figuresOf, quotients } from '../harness/ratios.ts'
import { camelCase } from '../harness/statistics.ts'

const strategies = ['dedicated', 'pool', 'work-stealing', 'hybrid']

/** Times of one run, so the inline run's over a strategy's is the speed-up. */
export function cpuRatios(rows: readonly Row[]): Record<string, number> {
  const speed = figuresOf(rows, 'itemsPerSecond')
  const ratios: [string, number | undefined, number | undefined][] = []
  for (const grain of new Set(rows.map(({ workload }) => workload))) {
    const of = (contender: string) => speed(grain, contender)
    for (const strategy of strategies) {
      ratios.push([`cpu.speedup.${grain}.${camelCase(strategy)}`, of(strategy), of('inline')])
    }
    const better = Math.max(of('pool') ?? 0, of('work-stealing') ?? 0) || undefined
    ratios.push([`cpu.vsTinypoolTuned.${grain}`, better, of('tinypool-tuned')])
    ratios.push([`cpu.vsTinypoolPerItem.${grain}`, better, of('tinypool')])
    ratios.push([`cpu.vsPiscinaTuned.${grain}`, better, of('piscina-tuned')])
    ratios.push([`cpu.vsHalves.${grain}`, better, of('halves')])
  }
  return quotients(ratios)
}
