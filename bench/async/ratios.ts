// The ratios of the async suite, from its rows. Pure; called once all rounds are done.

import type { Row } from '../harness/contracts.ts'
import { figuresOf, quotients } from '../harness/ratios.ts'

const theirs = [
  ['vsPMap', 'p-map'],
  ['vsRxjs', 'rxjs'],
] as const

/** `http.vsPMap` is that of ordered calls; the others say of which. */
export function asyncRatios(rows: readonly Row[]): Record<string, number> {
  const rate = figuresOf(rows, 'itemsPerSecond')
  const workloads = [...new Set(rows.map(({ workload }) => workload))]
  return quotients(
    workloads.flatMap((workload) => [
      ...theirs.flatMap(([name, other]) => [
        [`${workload}.${name}`, rate(workload, 'inline'), rate(workload, other)] as const,
        [`${workload}.unordered.${name}`, rate(workload, 'inline-unordered'), rate(workload, other)] as const,
      ]),
      [`${workload}.guarded.vsPMap`, rate(workload, 'inline-guarded'), rate(workload, 'p-map-guarded')],
    ]),
  )
}
