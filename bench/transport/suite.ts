// The transport suite: records to a worker and back, where the way is all that costs.
// The harness reads these lists; contract.ts says what a contender must do.

import type { Suite } from '../harness/contracts.ts'
import { transportRatios } from './ratios.ts'

const items = { quick: 200_000, full: 1_000_000 } as const

export const suite: Suite = {
  name: 'transport',
  question: 'what does the way to a worker and back cost?',
  subject: 'pool',
  figure: { name: 'itemsPerSecond', label: 'items/s', better: 'higher' },
  columns: [
    { figure: 'runMs', label: 'run ms' },
    { figure: 'cpuMs', label: 'cpu ms' },
    { figure: 'batchItems', label: 'batch' },
  ],
  window: {
    quick: { warmUpRuns: 3, warmUpMs: 300, measureMs: 300, leastRuns: 3 },
    full: { warmUpRuns: 5, warmUpMs: 3_000, measureMs: 3_000, leastRuns: 5 },
  },
  rounds: { quick: 2, full: 5 },
  contenders: [
    { name: 'loop', file: 'loop.ts', backpressure: false, rounds: { quick: 1, full: 3 } },
    { name: 'raw', file: 'raw.ts', backpressure: true },
    {
      name: 'columns',
      file: 'columns.ts',
      backpressure: true,
      leftOut: { records: 'text is no column of numbers' },
      notes: { numeric: 'by hand, as transferred arrays' },
    },
    { name: 'inline', file: 'inline.ts', backpressure: true, rounds: { quick: 1, full: 3 } },
    { name: 'pool', file: 'pool.ts', backpressure: true },
    { name: 'work-stealing', file: 'work-stealing.ts', backpressure: true },
    { name: 'tinypool', file: 'tinypool.ts', backpressure: false },
  ],
  workloads: [
    { name: 'records', items },
    { name: 'numeric', items },
  ],
  targets: [
    { ratio: 'records.vsRaw', atLeast: 0.9 },
    { ratio: 'numeric.vsRaw', atLeast: 4 },
  ],
  ratios: transportRatios,
}
