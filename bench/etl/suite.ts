// The etl suite: read files, parse, aggregate or join, write a file. Whole processes, start included.
// The harness reads these lists; contract.ts says what a contender must do.

import type { Contender, Suite, Target } from '../harness/contracts.ts'
import { missingPeers } from './peers.ts'
import { etlRatios } from './ratios.ts'

const window = { warmUpRuns: 0, warmUpMs: 0, measureMs: 0, leastRuns: 1 } as const

const strategy = (name: string): Contender => ({ name, file: `${name}.ts`, backpressure: true })

const script = (name: string): Contender => ({
  name,
  file: `${name}.ts`,
  backpressure: true,
  leftOut: { csv: 'by hand it is csv-parse and udsv' },
})

const parser = (name: string): Contender => ({
  name,
  file: `${name}.ts`,
  backpressure: true,
  leftOut: Object.fromEntries(['logs', 'words', 'sessions', 'enrich'].map((of) => [of, 'parses CSV'])),
})

const shared = ['logs', 'csv', 'words']
const targets: readonly Target[] = [
  ...shared.flatMap((workload) => [
    { ratio: `${workload}.speedup.pool`, atLeast: 1.6 },
    { ratio: `${workload}.speedup.workStealing`, atLeast: 1.6 },
  ]),
  { ratio: 'sessions.speedup.pool', atLeast: 1.5 },
  { ratio: 'enrich.speedup.pool', atLeast: 1.5 },
  ...['logs', 'words'].flatMap((workload) => [
    { ratio: `${workload}.vsHandOneThread`, atLeast: 1.5 },
    { ratio: `${workload}.vsHandTwoWorkers`, atLeast: 0.95 },
  ]),
  { ratio: 'csv.inlineVsUdsv', atLeast: 0.85 },
  { ratio: 'logs.vsDuckdb', atLeast: 0.5 },
  { ratio: 'csv.vsDuckdb', atLeast: 0.4 },
  ...shared.map((workload) => ({ ratio: `${workload}.callerShare`, atMost: 0.15 })),
  { ratio: 'sessions.callerShare', atMost: 0.2 },
  { ratio: 'enrich.callerShare', atMost: 0.2 },
]

export const suite: Suite = {
  name: 'etl',
  question: 'how long does a whole job take, from a file to a file?',
  subject: 'pool',
  figure: { name: 'itemsPerSecond', label: 'items/s', better: 'higher' },
  columns: [
    { figure: 'wholeMs', label: 'whole ms' },
    { figure: 'cpuMs', label: 'cpu ms' },
    { figure: 'callerShare', label: 'caller' },
    { figure: 'programPeakMb', label: 'its MB' },
  ],
  window: { quick: window, full: window },
  // each process runs once, so it takes several
  rounds: { quick: 1, full: 5 },
  absent: missingPeers,
  contenders: [
    strategy('inline'),
    // an item at a time from thread to thread
    { ...strategy('dedicated'), share: { quick: 0.125, full: 1 } },
    strategy('pool'),
    strategy('work-stealing'),
    strategy('hybrid'),
    script('hand'),
    script('hand-two-workers'),
    { ...strategy('duckdb'), notes: { logs: 'its quantiles are exact' } },
    parser('csv-parse'),
    parser('udsv'),
  ],
  workloads: [
    // with smaller files a job is over before workers have started: that is the question of `startup`
    { name: 'logs', items: { quick: 2_000_000, full: 2_000_000 } },
    { name: 'csv', items: { quick: 1_000_000, full: 1_000_000 } },
    { name: 'words', items: { quick: 1_100_000, full: 1_100_000 } },
    { name: 'sessions', items: { quick: 1_000_000, full: 1_000_000 } },
    { name: 'enrich', items: { quick: 1_000_000, full: 1_000_000 } },
  ],
  targets,
  ratios: etlRatios,
}
