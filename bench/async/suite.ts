// The async suite: a call per item that waits for something, and a limit to the calls under way.
// The harness reads these lists; contract.ts says what a contender must do.

import type { Contender, Suite, Target, Workload } from '../harness/contracts.ts'
import { asyncRatios } from './ratios.ts'

const aside = { rounds: { quick: 1, full: 3 }, inQuick: ['immediate', 'http'] } as const

const contenders: readonly Contender[] = [
  { name: 'inline', file: 'inline.ts', backpressure: true },
  { name: 'inline-unordered', file: 'inline-unordered.ts', backpressure: true },
  { name: 'inline-guarded', file: 'inline-guarded.ts', backpressure: true, ...aside },
  { name: 'p-map', file: 'p-map.ts', backpressure: false },
  { name: 'p-map-iterable', file: 'p-map-iterable.ts', backpressure: true, ...aside },
  { name: 'p-map-guarded', file: 'p-map-guarded.ts', backpressure: false, ...aside },
  { name: 'p-queue', file: 'p-queue.ts', backpressure: false, ...aside },
  { name: 'rxjs', file: 'rxjs.ts', backpressure: false },
  { name: 'effect', file: 'effect.ts', backpressure: true, ...aside },
  { name: 'node-streams', file: 'node-streams.ts', backpressure: true, ...aside },
  { name: 'async-iterator', file: 'async-iterator.ts', backpressure: true, ...aside },
]

const workloads: readonly Workload[] = [
  { name: 'microtask', items: { quick: 20_000, full: 200_000 } },
  { name: 'immediate', items: { quick: 20_000, full: 200_000 } },
  { name: 'timer', items: { quick: 20_000, full: 50_000 } },
  { name: 'http', items: { quick: 4_000, full: 20_000 } },
  { name: 'httpHeavyTail', items: { quick: 4_000, full: 20_000 } },
]

const least: Readonly<Record<string, number>> = {
  microtask: 1.2,
  immediate: 0.8,
  timer: 0.97,
  http: 0.97,
  httpHeavyTail: 0.97,
}

const targets: readonly Target[] = workloads.flatMap(({ name }) =>
  [name, `${name}.unordered`].flatMap((row) => [
    { ratio: `${row}.vsPMap`, atLeast: least[name] as number },
    { ratio: `${row}.vsRxjs`, atLeast: 1 },
  ]),
)

export const suite: Suite = {
  name: 'async',
  question: 'how many calls that wait for something does a second hold, with a limit to those under way?',
  subject: 'inline',
  figure: { name: 'itemsPerSecond', label: 'calls/s', better: 'higher' },
  columns: [
    { figure: 'runMs', label: 'run ms' },
    { figure: 'cpuMs', label: 'cpu ms' },
  ],
  window: {
    quick: { warmUpRuns: 2, warmUpMs: 300, measureMs: 500, leastRuns: 2 },
    full: { warmUpRuns: 3, warmUpMs: 2_000, measureMs: 3_000, leastRuns: 3 },
  },
  rounds: { quick: 2, full: 5 },
  contenders,
  workloads,
  targets,
  ratios: asyncRatios,
}
