/** How often a node failed in one run, and what was done about it: kept beside its `NodeRecord`, as plain data. */

import type { FailureCounts, Failures } from '../failure.ts'
import type { FailureRecord, NodeRecord } from './node-record.ts'

/** The counts, in the order in which they travel between threads. */
export const FAILURE_COUNTS = [
  'error',
  'timeout',
  'worker',
  'circuit',
  'retries',
  'fallbacks',
  'deadLettered',
] as const satisfies readonly (keyof FailureCounts)[]

function makeRecord(): FailureRecord {
  return { error: 0, timeout: 0, worker: 0, circuit: 0, retries: 0, fallbacks: 0, deadLettered: 0 }
}

/** The counts of a node: made with its first failure, since most nodes never fail. */
export function failureRecordOf(record: NodeRecord): FailureRecord {
  return (record.failures ??= makeRecord())
}

/** Adds what was counted elsewhere. */
export function addFailures(record: FailureRecord, counts: FailureCounts): void {
  for (const key of FAILURE_COUNTS) record[key] += counts[key]
}

/** Adds up the failures of nodes, given with their ids. */
export function failuresOf(nodes: Iterable<readonly [id: string, record: NodeRecord]>): Failures {
  const sums = makeRecord()
  const byTerm: Record<string, FailureCounts> = {}
  for (const [id, { failures }] of nodes) {
    if (failures === undefined) continue
    addFailures(sums, failures)
    byTerm[id] = { ...failures }
  }
  const { error, timeout, worker, circuit } = sums
  return { total: error + timeout + worker + circuit, ...sums, byTerm }
}
