// Millrace under one strategy. Called by the contenders that are strategies; the graph is the same for all.

import { run, type SchedulerOptions } from 'millrace'
import { forEach } from 'millrace/terms'
import type { Prepare } from '../harness/contracts.ts'
import { latency } from './contract.ts'
import pacedGraph from './paced-graph.ts'

export function under(scheduler: SchedulerOptions): Prepare {
  return latency(() => ({
    run: (timetable, sink) => run(pacedGraph(timetable).pipe(forEach(sink)), { scheduler }).done,
  }))
}
