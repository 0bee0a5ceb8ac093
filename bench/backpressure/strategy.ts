// Millrace under one strategy, with edges of a thousand items. Called by the contenders that are strategies.

import { run, type SchedulerOptions } from 'millrace'
import { forEach } from 'millrace/terms'
import type { Prepare } from '../harness/contracts.ts'
import { backpressure, capacityItems } from './contract.ts'
import slowSinkGraph from './slow-sink-graph.ts'

const edges = { capacityItems }

export function under(scheduler: SchedulerOptions): Prepare {
  return backpressure(async ({ sink, ...params }) => {
    // an edge of its own, or the sink would be one loop with the terms before it
    const slow = forEach(sink).edge(edges)
    const { edges: queues, grown } = await run(slowSinkGraph(params).pipe(slow), { scheduler, edges }).done
    if (queues.length === 0) throw new Error('no queue to look at')
    const queueOverCapacity = Math.max(...queues.map(({ peakItems }) => peakItems / capacityItems))
    return { queueOverCapacity, grown }
  })
}
