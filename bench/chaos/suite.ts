// The chaos suite: workers are killed, the whole process is killed, items kill their workers, users do what they should
// not; the question is what is lost. Everything is counted, nothing is compared: the figures are the same on any machine.
// The harness reads these lists; contract.ts says what a strategy's contender must do.

import type { Contender, Suite } from '../harness/contracts.ts'
import { chaosRatios } from './ratios.ts'

const once = { quick: 1, full: 1 } as const
const window = { warmUpRuns: 0, warmUpMs: 0, measureMs: 0, leastRuns: 1 } as const
const notForStrategies = { resume: 'of the command line', misuse: 'of the command line' }

function strategy(name: string): Contender {
  return { name, file: `${name}.ts`, backpressure: true, leftOut: notForStrategies }
}

const strategies: readonly Contender[] = [
  strategy('dedicated'),
  strategy('pool'),
  strategy('pool-processes'),
  strategy('work-stealing'),
  strategy('hybrid'),
]

export const suite: Suite = {
  name: 'chaos',
  question: 'what is lost when workers, processes and users fail?',
  isApart: true,
  subject: 'pool',
  figure: { name: 'runMs', label: 'ms', better: 'lower' },
  columns: [
    { figure: 'kills', label: 'kills' },
    { figure: 'lost', label: 'lost' },
    { figure: 'doubled', label: 'doubled' },
    { figure: 'deadLetters', label: 'dead letters' },
    { figure: 'resumeKills', label: 'process kills' },
    { figure: 'resumeMismatches', label: 'other files' },
    { figure: 'badInputs', label: 'misuses' },
  ],
  window: { quick: window, full: window },
  rounds: once,
  contenders: [
    ...strategies,
    {
      name: 'command',
      file: 'command.ts',
      backpressure: true,
      leftOut: { kills: 'has no workers of its own', poison: 'has no workers of its own' },
    },
  ],
  workloads: [
    { name: 'kills', items: { quick: 1_000_000, full: 1_000_000 } },
    { name: 'poison', items: { quick: 100_000, full: 100_000 } },
    { name: 'resume', items: { quick: 50, full: 50 } },
    { name: 'misuse', items: { quick: 1, full: 1 } },
  ],
  targets: [
    { ratio: 'lost', atMost: 0 },
    { ratio: 'doubled', atMost: 0 },
    { ratio: 'kills', atLeast: 20 },
    { ratio: 'resumeKills', atLeast: 50 },
    { ratio: 'resumeMismatches', atMost: 0 },
    { ratio: 'deadLetters', atLeast: 1 },
    { ratio: 'deadLetters', atMost: 1 },
    { ratio: 'badInputs', atLeast: 60 },
  ],
  ratios: chaosRatios,
}
