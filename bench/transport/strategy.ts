// Millrace under one strategy. Called by the contenders that are strategies; the graph is the same for all.

import type { SchedulerOptions } from 'millrace'
import type { Prepare } from '../harness/contracts.ts'
import { onlyOutput } from '../shared/answer.ts'
import { transport } from './contract.ts'
import recordGraph from './record-graph.ts'

export function under(scheduler: SchedulerOptions): Prepare {
  return transport(({ kind, items }) => ({
    run: () => onlyOutput(recordGraph({ kind, count: items.length }), scheduler),
  }))
}
