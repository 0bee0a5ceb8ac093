// The ratios of the etl suite, from its rows. Pure; called once all rounds are done.

import type { Row } from '../harness/contracts.ts'
import { figuresOf, present, quotients } from '../harness/ratios.ts'
import { camelCase } from '../harness/statistics.ts'

const workloads = ['logs', 'csv', 'words', 'sessions', 'enrich']
const strategies = ['dedicated', 'pool', 'work-stealing', 'hybrid']

/** Throughput over throughput: above 1 we are faster. `callerShare` is a part of the processor time. */
export function etlRatios(rows: readonly Row[]): Record<string, number> {
  const speed = figuresOf(rows, 'itemsPerSecond')
  const share = figuresOf(rows, 'callerShare')
  /** Of the better of the two strategies that share a stream out. */
  const best = (workload: string): number | undefined => {
    const known = ['pool', 'work-stealing']
      .map((strategy) => speed(workload, strategy))
      .filter((value) => value !== undefined)
    return known.length === 0 ? undefined : Math.max(...known)
  }
  const versus = (name: string, contender: string) =>
    workloads.map((workload) => [`${workload}.${name}`, best(workload), speed(workload, contender)] as const)
  return {
    ...quotients([
      ...workloads.flatMap((workload) =>
        strategies.map(
          (strategy) =>
            [
              `${workload}.speedup.${camelCase(strategy)}`,
              speed(workload, strategy),
              speed(workload, 'inline'),
            ] as const,
        ),
      ),
      ...versus('vsHandOneThread', 'hand'),
      ...versus('vsHandTwoWorkers', 'hand-two-workers'),
      ...versus('vsDuckdb', 'duckdb'),
      ['csv.inlineVsUdsv', speed('csv', 'inline'), speed('csv', 'udsv')],
      ['csv.inlineVsCsvParse', speed('csv', 'inline'), speed('csv', 'csv-parse')],
    ]),
    ...present(
      Object.fromEntries(workloads.map((workload) => [`${workload}.callerShare`, share(workload, 'pool')])),
    ),
  }
}
