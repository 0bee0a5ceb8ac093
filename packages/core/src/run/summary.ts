/** Makes the summary of a run that has ended normally. Called by `run`. */

import { completenessOf } from '../engine/ledger.ts'
import type { RunEngine } from '../engine/run-engine.ts'
import { describe, WrongStateError } from '../errors.ts'
import type { Graph } from '../graph/graph.ts'
import type { Outcome, Stats } from '../stats.ts'
import type { ResultOf } from '../term/sink-term.ts'
import type { CheckpointSummary } from './checkpoint/store.ts'
import type { Summary } from './options.ts'

/** The run's last figures with the sinks' results. */
export function summarize(
  stats: Omit<Stats, 'phase'>,
  given: RunEngine['results'],
  graph: Graph,
  outcome: Outcome,
  failure: { readonly error: unknown } | undefined,
  checkpoint: CheckpointSummary | undefined,
): Summary {
  const { elapsedMs, items, failures, nodes, stages, edges, grown, caller, threads } = stats
  const results: Record<string, unknown> = {}
  for (const [node, result] of given) results[node.id] = result
  return {
    outcome,
    ...failure,
    completeness: completenessOf(items, outcome === 'completed'),
    elapsedMs,
    items,
    failures,
    nodes,
    stages,
    edges,
    grown,
    caller,
    threads,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    results,
    result(sink) {
      const node = graph.nodes.find(({ leaf }) => (leaf as unknown) === sink)
      if (node === undefined) throw new WrongStateError(`${describe(String(sink))} is no sink of this run.`)
      return given.get(node) as ResultOf<typeof sink>
    },
  }
}
