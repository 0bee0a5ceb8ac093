// The linear suite: short pipelines of cheap functions over numbers in memory, where the library is the cost.
// The harness reads these lists; contract.ts says what a contender must do.

import type { Contender, Suite, Target, Workload } from '../harness/contracts.ts'

// What is not decided by a hair gets fewer processes in quick mode; its row says so.
const fewRounds = { quick: 2, full: 7 } as const
const oneRound = { quick: 1, full: 5 } as const

/** The same remark on a shape's two workloads: alone and polluted. */
const on = (shape: string, text: string) => ({ [shape]: text, [`${shape}Polluted`]: text })

const contenders: readonly Contender[] = [
  { name: 'loop', file: 'loop.ts', backpressure: false, rounds: fewRounds },
  { name: 'millrace', file: 'millrace.ts', backpressure: true },
  { name: 'most', file: 'most.ts', backpressure: false },
  {
    name: 'rxjs',
    file: 'rxjs.ts',
    backpressure: false,
    rounds: { quick: 2, full: 11 },
    notes: on('zip', 'on the queue scheduler, which spares it buffering a whole array'),
  },
  {
    name: 'xstream',
    file: 'xstream.ts',
    backpressure: false,
    rounds: oneRound,
    leftOut: on('zip', 'it has no zip'),
  },
  { name: 'effect', file: 'effect.ts', backpressure: true, share: { quick: 0.1, full: 1 }, rounds: oneRound },
  {
    name: 'highland',
    file: 'highland.ts',
    backpressure: true,
    share: { quick: 0.02, full: 0.1 },
    rounds: oneRound,
  },
  {
    name: 'node-streams',
    file: 'node-streams.ts',
    backpressure: true,
    share: { quick: 0.05, full: 1 },
    rounds: oneRound,
    notes: {
      ...on('merge', 'no operator: every source is piped into one PassThrough'),
      ...on('zip', 'no operator: both are read with their async iterators'),
    },
  },
  {
    name: 'web-streams',
    file: 'web-streams.ts',
    backpressure: true,
    share: { quick: 0.005, full: 0.1 },
    rounds: oneRound,
    notes: {
      ...on('merge', 'no operator: every source is written into one TransformStream'),
      ...on('zip', 'no operator: both readers are read in a pull'),
    },
  },
  {
    name: 'async-generators',
    file: 'async-generators.ts',
    backpressure: true,
    share: { quick: 0.05, full: 0.5 },
    rounds: oneRound,
    notes: {
      ...on('merge', 'no operator: a race of the pending calls'),
      ...on('zip', 'no operator: a pair of calls, both awaited'),
    },
  },
]

const items = { quick: 1_000_000, full: 1_000_000 } as const
const shapes = ['filterMapReduce', 'scan', 'flatMap', 'merge', 'zip'] as const
// Polluted workloads share a process in quick mode: what came before them is what they ask about anyway.
const polluted = ['polluted', ...shapes.map((shape) => `${shape}Polluted`)]

const workloads: readonly Workload[] = [
  ...shapes.map((name) => ({ name, items })),
  ...polluted.map((name) => ({ name, items, process: 'polluted' })),
]

const targets: readonly Target[] = [
  { ratio: 'filterMapReduce.vsMost', atLeast: 1 },
  { ratio: 'filterMapReduce.vsRxjs', atLeast: 4 },
  { ratio: 'filterMapReduce.vsNodeStreams', atLeast: 15 },
  { ratio: 'polluted.vsMost', atLeast: 1 },
  { ratio: 'polluted.vsRxjs', atLeast: 2.5 },
  { ratio: 'scan.vsRxjs', atLeast: 2 },
  { ratio: 'merge.vsRxjs', atLeast: 2 },
  { ratio: 'zip.vsRxjs', atLeast: 2 },
  ...workloads.map(({ name }) => ({ ratio: `${name}.vsBestWithBackpressure`, atLeast: 1 })),
]

export const suite: Suite = {
  name: 'linear',
  question: 'what does a library cost when the functions cost nothing?',
  subject: 'millrace',
  figure: { name: 'itemsPerSecond', label: 'items/s', better: 'higher' },
  window: {
    quick: { warmUpRuns: 20, warmUpMs: 160, measureMs: 60, leastRuns: 3 },
    full: { warmUpRuns: 20, warmUpMs: 300, measureMs: 1_000, leastRuns: 5 },
  },
  rounds: { quick: 3, full: 11 },
  contenders,
  workloads,
  targets,
}
