// The suite of instances: several programs with the same work at once on one machine. Two to six at a time are the daily case of
// the simulations that Millrace comes from, and where threads failed to start.
// The harness reads these lists; programs.ts measures.

import { spawnSync } from 'node:child_process'
import type { Suite } from '../harness/contracts.ts'
import { stepsPerMicrosecond } from '../shared/spin.ts'
import { instancesRatios } from './ratios.ts'

const window = { warmUpRuns: 0, warmUpMs: 0, measureMs: 0, leastRuns: 1 } as const
/** Items of each program, 1 ms of work each. */
const items = { quick: 3000, full: 10_000 } as const

export const suite: Suite = {
  name: 'instances',
  question: 'what do several programs at once get done?',
  isApart: true,
  subject: 'machine',
  figure: { name: 'itemsPerSecond', label: 'items/s, all', better: 'higher' },
  columns: [
    { figure: 'wallMs', label: 'all done ms' },
    { figure: 'spread', label: 'last vs first' },
    { figure: 'threads', label: 'threads at most' },
    { figure: 'budget', label: 'budget' },
    { figure: 'freedMs', label: 'freed after ms' },
  ],
  settings: () => ({ stepsPerUs: stepsPerMicrosecond() }),
  window: { quick: window, full: window },
  rounds: { quick: 1, full: 3 },
  absent: (contenders) => (canBeNobody() ? {} : refused(contenders)),
  contenders: [
    { name: 'machine', file: 'machine.ts', backpressure: true },
    {
      name: 'process',
      file: 'process.ts',
      backpressure: true,
      leftOut: { killed: 'it has no share', famine8: 'it has no share' },
    },
  ],
  workloads: [
    { name: '1', items },
    { name: '2', items },
    { name: '4', items },
    { name: '8', items },
    { name: 'famine8', items: { quick: 500, full: 2000 } },
    { name: 'killed', items },
  ],
  targets: [
    { ratio: 'throughput.4vs1', atLeast: 0.95 },
    { ratio: 'throughput.8vs1', atLeast: 0.9 },
    { ratio: 'threads.4vsBudget', atMost: 1 },
    { ratio: 'threads.8vsBudget', atMost: 1 },
    { ratio: 'spread.4', atMost: 1.15 },
    { ratio: 'spread.8', atMost: 1.15 },
    { ratio: 'killed.freedMs', atMost: 1000 },
  ],
  ratios: instancesRatios,
}

/** Root is exempt from limits of processes, so the famine needs another user. */
function canBeNobody(): boolean {
  return process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).error === undefined
}

function refused(contenders: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    contenders.map((name) => [name, 'needs root and setpriv, for the famine of threads']),
  )
}
