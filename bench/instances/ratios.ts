// What several programs get done beside what one does alone. Called by suite.ts.

import type { Row } from '../harness/contracts.ts'

export function instancesRatios(rows: readonly Row[]): Record<string, number> {
  const figure = (workload: string, name: string): number =>
    rows.find((row) => row.workload === workload && row.contender === 'machine')?.figures?.[name]?.median ??
    Number.NaN
  const ratios: Record<string, number> = { 'killed.freedMs': figure('killed', 'freedMs') }
  for (const count of ['2', '4', '8']) {
    ratios[`throughput.${count}vs1`] = figure(count, 'itemsPerSecond') / figure('1', 'itemsPerSecond')
    ratios[`threads.${count}vsBudget`] = figure(count, 'threads') / figure(count, 'budget')
    ratios[`spread.${count}`] = figure(count, 'spread')
  }
  return ratios
}
