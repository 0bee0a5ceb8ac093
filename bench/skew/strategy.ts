// Millrace under one strategy. Called by the contenders that are strategies; the graphs are the same for all.

import type { SchedulerOptions } from 'millrace'
import type { Prepare } from '../harness/contracts.ts'
import { onlyOutput } from '../shared/answer.ts'
import { skew } from './contract.ts'
import queensGraph from './queens-graph.ts'
import stagesGraph from './stages-graph.ts'
import tailGraph from './tail-graph.ts'

export function under(scheduler: SchedulerOptions): Prepare {
  return skew(() => ({
    heavyTail: (tail) => (_costs, seed) => onlyOutput(tailGraph({ ...tail, seed }), scheduler),
    queens: (size) => () => onlyOutput(queensGraph({ size }), scheduler),
    stages: (count) => () => onlyOutput(stagesGraph({ count }), scheduler),
  }))
}
