// The latency suite: a source that keeps to a timetable, and how late its items reach the sink.
// The harness reads these lists; contract.ts says what a contender must do.

import type { Suite } from '../harness/contracts.ts'
import { stepsPerMicrosecond } from '../shared/spin.ts'
import { latencyRatios } from './ratios.ts'

const aside = { rounds: { quick: 1, full: 3 }, inQuick: ['1k'] } as const

export const suite: Suite = {
  name: 'latency',
  question: 'how late is an item that is due now?',
  subject: 'pool',
  figure: { name: 'p99Ms', label: 'p99 ms', better: 'lower' },
  columns: [
    { figure: 'p50Ms', label: 'p50 ms' },
    { figure: 'maxMs', label: 'max ms' },
  ],
  settings: () => ({ stepsPerUs: stepsPerMicrosecond() }),
  // one run of so long after a shorter one: what is timed is each item
  window: {
    quick: { warmUpRuns: 1, warmUpMs: 200, measureMs: 800, leastRuns: 1 },
    full: { warmUpRuns: 1, warmUpMs: 2_000, measureMs: 10_000, leastRuns: 1 },
  },
  rounds: { quick: 2, full: 5 },
  contenders: [
    { name: 'loop', file: 'loop.ts', backpressure: true, rounds: aside.rounds },
    { name: 'node-streams', file: 'node-streams.ts', backpressure: true },
    { name: 'inline', file: 'inline.ts', backpressure: true },
    { name: 'dedicated', file: 'dedicated.ts', backpressure: true, ...aside },
    { name: 'pool', file: 'pool.ts', backpressure: true },
    { name: 'work-stealing', file: 'work-stealing.ts', backpressure: true },
    { name: 'hybrid', file: 'hybrid.ts', backpressure: true, ...aside },
    { name: 'tinypool', file: 'tinypool.ts', backpressure: false },
  ],
  workloads: [
    { name: '1k', items: { quick: 1_000, full: 10_000 } },
    { name: 'half', items: { quick: 10_000, full: 100_000 } },
  ],
  targets: [
    { ratio: 'p99.inlineVsNodeStreams', atMost: 1 },
    { ratio: 'p99.poolVsTinypool', atMost: 1.3 },
    { ratio: 'p99.workStealingVsTinypool', atMost: 1.3 },
  ],
  ratios: latencyRatios,
}
