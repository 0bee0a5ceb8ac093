// The startup suite: from nothing to the first output, and from the last to the end of the process.
// The harness reads these lists; contract.ts says what a contender must do.

import type { Suite } from '../harness/contracts.ts'
import { stepsPerMicrosecond } from '../shared/spin.ts'
import { startupRatios } from './ratios.ts'

const window = { warmUpRuns: 0, warmUpMs: 0, measureMs: 0, leastRuns: 1 } as const

export const suite: Suite = {
  name: 'startup',
  question: 'how long until the first output, and from the last one to the end?',
  subject: 'pool',
  figure: { name: 'firstOutputMs', label: 'first ms', better: 'lower' },
  columns: [
    { figure: 'loadMs', label: 'load ms' },
    { figure: 'lastOutputMs', label: 'last ms' },
    { figure: 'exitMs', label: 'exit ms' },
    { figure: 'processMs', label: 'process ms' },
  ],
  settings: () => ({ stepsPerUs: stepsPerMicrosecond() }),
  window: { quick: window, full: window },
  // each process starts once, so it takes many
  rounds: { quick: 5, full: 21 },
  contenders: [
    { name: 'loop', file: 'loop.ts', backpressure: false },
    { name: 'raw', file: 'raw.ts', backpressure: false },
    { name: 'inline', file: 'inline.ts', backpressure: true },
    { name: 'dedicated', file: 'dedicated.ts', backpressure: true },
    { name: 'pool', file: 'pool.ts', backpressure: true },
    { name: 'work-stealing', file: 'work-stealing.ts', backpressure: true },
    { name: 'hybrid', file: 'hybrid.ts', backpressure: true },
    { name: 'tinypool', file: 'tinypool.ts', backpressure: false },
    { name: 'piscina', file: 'piscina.ts', backpressure: false },
  ],
  workloads: [{ name: 'cold', items: { quick: 20, full: 20 } }],
  targets: [
    { ratio: 'firstOutput.poolVsTinypool', atMost: 1.15 },
    { ratio: 'firstOutput.workStealingVsTinypool', atMost: 1.15 },
  ],
  ratios: startupRatios,
}
