// The ratios of the latency suite, from its rows. Pure; called once all rounds are done.

import type { Row } from '../harness/contracts.ts'
import { figuresOf, quotients } from '../harness/ratios.ts'

const pairs = [
  ['inlineVsNodeStreams', 'inline', 'node-streams'],
  ['poolVsTinypool', 'pool', 'tinypool'],
  ['workStealingVsTinypool', 'work-stealing', 'tinypool'],
] as const

/** Lateness over lateness: below 1 is better. Without a workload in its name, a ratio is the worse one's. */
export function latencyRatios(rows: readonly Row[]): Record<string, number> {
  const p99 = figuresOf(rows, 'p99Ms')
  const workloads = [...new Set(rows.map(({ workload }) => workload))]
  const each = quotients(
    workloads.flatMap((workload) =>
      pairs.map(
        ([name, ours, theirs]) =>
          [`p99.${workload}.${name}`, p99(workload, ours), p99(workload, theirs)] as const,
      ),
    ),
  )
  const worse = pairs.flatMap(([name]) => {
    const seen = workloads.map((workload) => each[`p99.${workload}.${name}`]).filter((of) => of !== undefined)
    return seen.length === 0 ? [] : [[`p99.${name}`, Math.max(...seen)] as const]
  })
  return { ...Object.fromEntries(worse), ...each }
}
