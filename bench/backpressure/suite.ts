// The backpressure suite: a fast source and a slow sink. What piles up between them?
// The harness reads these lists; contract.ts says what a contender must do.

import type { Suite } from '../harness/contracts.ts'
import { backpressureRatios } from './ratios.ts'

const window = { warmUpRuns: 0, warmUpMs: 0, measureMs: 0, leastRuns: 1 } as const

export const suite: Suite = {
  name: 'backpressure',
  question: 'what piles up between a fast source and a slow sink?',
  subject: 'pool',
  figure: { name: 'rssGrowthMb', label: 'growth MB', better: 'lower' },
  columns: [
    { figure: 'queueOverCapacity', label: 'queue/capacity' },
    { figure: 'aheadItems', label: 'items ahead' },
    { figure: 'itemsPerSecond', label: 'items/s' },
  ],
  window: { quick: window, full: window },
  rounds: { quick: 2, full: 3 },
  contenders: [
    { name: 'loop', file: 'loop.ts', backpressure: true },
    { name: 'inline', file: 'inline.ts', backpressure: true },
    { name: 'dedicated', file: 'dedicated.ts', backpressure: true },
    { name: 'pool', file: 'pool.ts', backpressure: true },
    { name: 'work-stealing', file: 'work-stealing.ts', backpressure: true },
    { name: 'hybrid', file: 'hybrid.ts', backpressure: true },
    {
      name: 'rxjs',
      file: 'rxjs.ts',
      backpressure: false,
      rounds: { quick: 1, full: 1 },
      share: { quick: 0.2, full: 0.01 },
      notes: { slowSink: 'for contrast: it keeps all items' },
    },
    { name: 'node-streams', file: 'node-streams.ts', backpressure: true },
  ],
  workloads: [{ name: 'slowSink', items: { quick: 500_000, full: 10_000_000 } }],
  targets: [
    { ratio: 'maxQueueOverCapacity', atMost: 1 },
    { ratio: 'rssGrowthMb', atMost: 32 },
  ],
  ratios: backpressureRatios,
}
