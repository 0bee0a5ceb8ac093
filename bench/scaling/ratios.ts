// The ratios of the scaling suite, from its rows. Pure; called once all rounds are done.

import type { Row } from '../harness/contracts.ts'
import { figuresOf, present } from '../harness/ratios.ts'
import { camelCase } from '../harness/statistics.ts'

const strategies = ['pool', 'work-stealing']

export function scalingRatios(rows: readonly Row[]): Record<string, number> {
  const speed = figuresOf(rows, 'itemsPerSecond')
  const rss = figuresOf(rows, 'peakRssBytes')
  const threads = figuresOf(rows, 'peakThreads')
  const heapKb = figuresOf(rows, 'heapKbPerTerm')
  const idleRss = rss('cpu200', 'idle')
  const idleThreads = threads('cpu200', 'idle')

  const ratios: Record<string, number | undefined> = {
    'light200.vsHandLoop': over(speed('light200', 'inline'), speed('light200', 'loop')),
  }
  for (const strategy of strategies) {
    const name = camelCase(strategy)
    const at = (terms: number) => speed(`cpu${terms}`, strategy)
    ratios[`${name}.degradation20to200`] = lost(at(20), at(200))
    ratios[`${name}.degradation200to10000`] = lost(at(200), at(10_000))
    ratios[`${name}.vsDedicatedAt200`] = over(at(200), speed('cpu200', 'worker-per-term'))
    ratios[`${name}.vsDedicatedWarmAt200`] = over(at(200), speed('cpu200', 'worker-per-term-warm'))
    ratios[`${name}.memoryVsDedicatedAt200`] = over(
      minus(rss('cpu200', strategy), idleRss),
      minus(rss('cpu200', 'worker-per-term'), idleRss),
    )
    ratios[`${name}.heapKbPerTermAt10000`] = heapKb('cpu10000', strategy)
    ratios[`${name}.threadsAt10000`] = minus(threads('cpu10000', strategy), idleThreads)
  }
  return present(ratios)
}

/** The share of its throughput that is lost on the way from few terms to many; 0 if none is. */
function lost(few: number | undefined, many: number | undefined): number | undefined {
  const kept = over(many, few)
  return kept === undefined ? undefined : Math.max(0, 1 - kept)
}

function over(above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined || below === 0 ? undefined : above / below
}

function minus(of: number | undefined, less: number | undefined): number | undefined {
  return of === undefined || less === undefined ? undefined : of - less
}
