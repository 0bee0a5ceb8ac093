// Millrace under one strategy, loaded when it is started. Called by the contenders that are strategies.

import type { SchedulerOptions } from 'millrace'
import type { Prepare } from '../harness/contracts.ts'
import { startup } from './contract.ts'

export function under(scheduler: SchedulerOptions): Prepare {
  return startup(async () => {
    const [{ run }, { forEach }, { default: startGraph }] = await Promise.all([
      import('millrace'),
      import('millrace/terms'),
      import('./start-graph.ts'),
    ])
    return { run: (start, sink) => run(startGraph(start).pipe(forEach(sink)), { scheduler }).done }
  })
}
