// The figures of the cluster suite over all workloads together. Pure: called by the suite with the rows.

import type { Row } from '../harness/contracts.ts'

/** Sums over all rows: how much was done to the runs, and what came of them. The speeds are of one row each. */
const SUMS = [
  'kills',
  'partitions',
  'zombies',
  'serverKills',
  'rescales',
  'lost',
  'doubled',
  'mismatches',
  'stuck',
  'failed',
  'leftOpen',
  'schedules',
  'violations',
  'recordsPerSecond',
  'scaling2over1',
  'recoveryMs',
  'commitOverhead',
]

/** What was not measured is not there. */
export function clusterRatios(rows: readonly Row[]): Record<string, number> {
  const ratios: Record<string, number> = {}
  for (const { figures } of rows) {
    for (const name of SUMS) {
      const found = figures[name]
      if (found !== undefined) ratios[name] = (ratios[name] ?? 0) + found.median
    }
  }
  return ratios
}
