// The skew suite: work that is not the same for all items, comes out of itself, or is light for its weight.
// The harness reads these lists; contract.ts says what a contender must do.

import type { Suite } from '../harness/contracts.ts'
import { stepsPerMicrosecond } from '../shared/spin.ts'
import { skewRatios } from './ratios.ts'

const oneRound = { rounds: { quick: 1, full: 3 } } as const
const manyTerms = 'it would need more threads than `dedicated` may have'

export const suite: Suite = {
  name: 'skew',
  question: 'what if equal shares are not equal work?',
  subject: 'work-stealing',
  figure: { name: 'itemsPerSecond', label: 'items/s', better: 'higher' },
  columns: [
    { figure: 'runMs', label: 'run ms' },
    { figure: 'cpuMs', label: 'cpu ms' },
  ],
  settings: () => ({ stepsPerUs: stepsPerMicrosecond() }),
  window: {
    quick: { warmUpRuns: 2, warmUpMs: 300, measureMs: 300, leastRuns: 2 },
    full: { warmUpRuns: 5, warmUpMs: 3_000, measureMs: 3_000, leastRuns: 5 },
  },
  rounds: { quick: 2, full: 5 },
  contenders: [
    { name: 'loop', file: 'loop.ts', backpressure: false, ...oneRound },
    {
      name: 'static',
      file: 'static.ts',
      backpressure: false,
      notes: {
        heavyTail: 'a fixed half for each of two threads',
        queens: 'recursion: half of the boards with two queens for each of two threads',
        stages: 'all stages in one thread, half of the pages for each of two',
      },
    },
    { name: 'inline', file: 'inline.ts', backpressure: true },
    {
      name: 'dedicated',
      file: 'dedicated.ts',
      backpressure: true,
      ...oneRound,
      inQuick: ['stages'],
      leftOut: { queens: manyTerms },
    },
    { name: 'pool', file: 'pool.ts', backpressure: true },
    { name: 'work-stealing', file: 'work-stealing.ts', backpressure: true },
    { name: 'hybrid', file: 'hybrid.ts', backpressure: true, ...oneRound, inQuick: ['stages'] },
    {
      name: 'tinypool',
      file: 'tinypool.ts',
      backpressure: false,
      shares: { queens: { quick: 8_394 / 856_189, full: 35_539 / 4_674_890 } },
      ...oneRound,
      notes: {
        queens: 'a task per board, on a smaller board; boards per second compare',
        stages: 'a task per page and stage',
      },
    },
    {
      name: 'hop-per-stage',
      file: 'hop-per-stage.ts',
      backpressure: true,
      leftOut: { heavyTail: 'it has one stage', queens: 'it has one stage' },
    },
  ],
  workloads: [
    { name: 'heavyTail', items: { quick: 400, full: 400 } },
    // all boards of 12 or 13 queens
    { name: 'queens', items: { quick: 856_189, full: 4_674_890 } },
    { name: 'stages', items: { quick: 300, full: 2_000 } },
  ],
  targets: [
    { ratio: 'queens.speedup.workStealing', atLeast: 1.7 },
    { ratio: 'queens.vsTinypoolPerTask', atLeast: 10 },
    { ratio: 'heavyTail.vsStatic', atLeast: 1.3 },
    { ratio: 'stages.stealingVsHopPerStage', atLeast: 3 },
  ],
  ratios: skewRatios,
}
