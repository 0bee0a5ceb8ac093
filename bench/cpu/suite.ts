// The cpu suite: one stage of work, item by item, on two workers. How much of the second processor does a stream get?
// The harness reads these lists; contract.ts says what a contender must do.

import type { Contender, PerMode, Suite, Target, Workload } from '../harness/contracts.ts'
import { stepsPerMicrosecond } from '../shared/spin.ts'
import { cpuRatios } from './ratios.ts'

// Those that no target needs get fewer processes, and one grain in quick mode.
const oneRound = { quick: 1, full: 3 } as const
const aside = { rounds: oneRound, inQuick: ['50us'] } as const
// A task per item costs several times the work there; throughput counts items, so fewer of them compare.
const perItem: Readonly<Record<string, PerMode<number>>> = {
  '5us': { quick: 0.1, full: 0.1 },
  '50us': { quick: 0.5, full: 1 },
}

const contenders: readonly Contender[] = [
  { name: 'loop', file: 'loop.ts', backpressure: false, rounds: oneRound },
  {
    name: 'halves',
    file: 'halves.ts',
    backpressure: false,
    rounds: oneRound,
    notes: allGrains('the limit: nothing is streamed'),
  },
  { name: 'inline', file: 'inline.ts', backpressure: true },
  {
    name: 'dedicated',
    file: 'dedicated.ts',
    backpressure: true,
    ...aside,
    notes: allGrains('one worker does the work'),
  },
  { name: 'pool', file: 'pool.ts', backpressure: true },
  { name: 'work-stealing', file: 'work-stealing.ts', backpressure: true },
  { name: 'hybrid', file: 'hybrid.ts', backpressure: true, ...aside },
  { name: 'tinypool', file: 'tinypool.ts', backpressure: false, shares: perItem },
  { name: 'tinypool-tuned', file: 'tinypool-tuned.ts', backpressure: false },
  { name: 'piscina', file: 'piscina.ts', backpressure: false, shares: perItem, ...aside },
  { name: 'piscina-tuned', file: 'piscina-tuned.ts', backpressure: false, ...aside },
  {
    name: 'workerpool',
    file: 'workerpool.ts',
    backpressure: false,
    ...aside,
    notes: allGrains('in tuned chunks'),
  },
]

// 0.2 s of work for one processor in quick mode, 1 s in full mode.
const workloads: readonly Workload[] = [
  { name: '5us', items: { quick: 40_000, full: 200_000 } },
  { name: '50us', items: { quick: 4_000, full: 20_000 } },
  { name: '1ms', items: { quick: 200, full: 1_000 } },
  { name: '10ms', items: { quick: 24, full: 100 } },
]

const targets: readonly Target[] = [
  ...['pool', 'workStealing'].flatMap((strategy) => [
    { ratio: `cpu.speedup.1ms.${strategy}`, atLeast: 1.85 },
    { ratio: `cpu.speedup.50us.${strategy}`, atLeast: 1.7 },
  ]),
  ...workloads.map(({ name }) => ({ ratio: `cpu.vsTinypoolTuned.${name}`, atLeast: 1 })),
  { ratio: 'cpu.vsTinypoolPerItem.5us', atLeast: 8 },
]

export const suite: Suite = {
  name: 'cpu',
  question: 'how much of a second processor does a stream get, item by item?',
  subject: 'pool',
  figure: { name: 'itemsPerSecond', label: 'items/s', better: 'higher' },
  columns: [
    { figure: 'runMs', label: 'run ms' },
    { figure: 'cpuMs', label: 'cpu ms' },
    { figure: 'chunkItems', label: 'chunk' },
  ],
  settings: () => ({ stepsPerUs: stepsPerMicrosecond() }),
  window: {
    quick: { warmUpRuns: 2, warmUpMs: 100, measureMs: 200, leastRuns: 2 },
    full: { warmUpRuns: 3, warmUpMs: 2_000, measureMs: 3_000, leastRuns: 3 },
  },
  rounds: { quick: 2, full: 5 },
  contenders,
  workloads,
  targets,
  ratios: cpuRatios,
}

function allGrains(note: string): Readonly<Record<string, string>> {
  return Object.fromEntries(['5us', '50us', '1ms', '10ms'].map((grain) => [grain, note]))
}
