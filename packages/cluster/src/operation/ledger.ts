/** The ledger of a run, from what its tasks have committed. Called by `joinRun` and by `status`. */

import type { Ledger } from '@millrace/core'
import { NO_ITEMS } from '@millrace/core/engine'
import type { Commit } from '../port/records.ts'

/**
 * The sum over the newest commits of all tasks: exact for what is committed. What was given to an edge and not yet taken off
 * it counts as `discarded`, as what is under way does in a run that goes on.
 */
export function sumOf(commits: readonly Commit[]): Ledger {
  const sum: Record<keyof Ledger, number> = { ...NO_ITEMS }
  for (const { ledger = NO_ITEMS } of commits) {
    for (const name of Object.keys(sum) as (keyof Ledger)[]) sum[name] += ledger[name]
  }
  const gone = sum.out + sum.filtered + sum.joined + sum.dropped + sum.deadLettered + sum.unmatched
  return { ...sum, discarded: sum.in + sum.copied + sum.expanded - gone }
}

/** Items on their way between tasks, by edge: given and not yet taken. */
export function inTransit(commits: readonly Commit[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { crossed = {}, inputs } of commits) {
    for (const [edge, count] of Object.entries(crossed)) {
      counts.set(edge, (counts.get(edge) ?? 0) + (edge in inputs ? -count : count))
    }
  }
  return counts
}
