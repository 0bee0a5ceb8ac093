// The scaling suite: one source, n terms side by side. What does it cost to have many?
// The harness reads these lists; contract.ts says what a contender must do.

import type { Contender, OwnOptions, Recorded, Suite, Target, Workload } from '../harness/contracts.ts'
import { stepsPerMicrosecond } from '../shared/spin.ts'
import { bodyUs, workers } from './contract.ts'
import { showScaling } from './curves.ts'
import { readOptions } from './options.ts'
import { scalingRatios } from './ratios.ts'

const termCounts = [1, 20, 50, 100, 200, 500, 1_000, 10_000]
const inQuick = ['light1', 'light200', 'light10000', 'cpu1', 'cpu20', 'cpu200', 'cpu10000']

// 500 items up to 200 terms; above that, as many outputs as 200 terms give.
const outputsOf = (terms: number): number => Math.min(500 * terms, 100_000)

const workloads: readonly Workload[] = ['light', 'cpu'].flatMap((kind) =>
  termCounts.map((terms) => {
    const name = `${kind}${terms}`
    const items = { quick: name === 'cpu200' ? 50_000 : outputsOf(terms), full: outputsOf(terms) }
    return { name, items, fullOnly: !inQuick.includes(name) }
  }),
)

/** The same remark on all workloads with so many terms at least. */
const from = (least: number, text: string, kinds = ['light', 'cpu']) =>
  Object.fromEntries(
    kinds.flatMap((kind) => termCounts.filter((n) => n >= least).map((n) => [`${kind}${n}`, text])),
  )

const oneRound = { quick: 1, full: 3 } as const
const tooManyThreads = from(500, 'more threads than a machine should be asked for')
const once = { warmUpRuns: 0, leastRuns: 1, measureMs: 0 } as const

const contenders: readonly Contender[] = [
  { name: 'loop', file: 'loop.ts', backpressure: false, rounds: oneRound },
  {
    name: 'inline',
    file: 'inline.ts',
    backpressure: true,
    rounds: oneRound,
  },
  {
    name: 'dedicated',
    file: 'dedicated.ts',
    backpressure: true,
    window: once,
    share: { quick: 0.1, full: 1 },
    rounds: oneRound,
    notes: from(20, 'terms share the threads that there are'),
  },
  { name: 'pool', file: 'pool.ts', backpressure: true },
  { name: 'work-stealing', file: 'work-stealing.ts', backpressure: true },
  { name: 'hybrid', file: 'hybrid.ts', backpressure: true, rounds: oneRound },
  {
    name: 'tinypool',
    file: 'tinypool.ts',
    backpressure: false,
    share: { quick: 0.1, full: 0.2 },
    rounds: oneRound,
    inQuick: ['cpu200'],
    notes: from(1, 'a task per term and item'),
  },
  {
    name: 'worker-per-term',
    file: 'worker-per-term.ts',
    backpressure: false,
    window: once,
    rounds: oneRound,
    inQuick: ['cpu200'],
    leftOut: tooManyThreads,
    notes: from(1, 'its threads are started and ended by each run'),
  },
  {
    name: 'worker-per-term-warm',
    file: 'worker-per-term-warm.ts',
    backpressure: false,
    window: once,
    rounds: oneRound,
    inQuick: [],
    leftOut: tooManyThreads,
    notes: from(1, 'its threads are there beforehand'),
  },
  {
    name: 'idle',
    file: 'idle.ts',
    backpressure: false,
    rounds: oneRound,
    inQuick: ['cpu200'],
    leftOut: Object.fromEntries(
      workloads.filter(({ name }) => name !== 'cpu200').map(({ name }) => [name, 'the same as in cpu200']),
    ),
    notes: { cpu200: 'a process that does nothing' },
  },
]

const note = 'LogicSponge, commit 7270f0f, a thread per term, on a machine like the reference machine'
const recorded: readonly Recorded[] = [
  { terms: 20, itemsPerSecond: 108_000, more: '' },
  { terms: 100, itemsPerSecond: 28_000, more: '' },
  { terms: 200, itemsPerSecond: 24_000, more: ', +364 threads, +46 MB' },
].map(({ terms, itemsPerSecond, more }) => ({
  workload: `light${terms}`,
  contender: 'logicsponge',
  items: 500 * terms,
  figures: { itemsPerSecond },
  note: note + more,
}))

const targets: readonly Target[] = [
  { ratio: 'light200.vsHandLoop', atLeast: 0.6 },
  ...['pool', 'workStealing'].flatMap((strategy) => [
    { ratio: `${strategy}.degradation20to200`, atMost: 0.05 },
    { ratio: `${strategy}.degradation200to10000`, atMost: 0.15 },
    { ratio: `${strategy}.vsDedicatedAt200`, atLeast: 3 },
    { ratio: `${strategy}.memoryVsDedicatedAt200`, atMost: 0.05 },
    { ratio: `${strategy}.heapKbPerTermAt10000`, atMost: 3 },
    { ratio: `${strategy}.threadsAt10000`, atMost: workers + 2 },
  ]),
]

export const suite: Suite = {
  name: 'scaling',
  question: 'what does it cost to have many terms side by side?',
  subject: 'pool',
  figure: { name: 'itemsPerSecond', label: 'outputs/s', better: 'higher' },
  columns: [
    { figure: 'runMs', label: 'run ms' },
    { figure: 'cpuMs', label: 'cpu ms' },
    { figure: 'heapKbPerTerm', label: 'heap KB/term' },
  ],
  settings: () => ({ stepsPerUs: stepsPerMicrosecond() }),
  window: {
    quick: { warmUpRuns: 2, warmUpMs: 100, measureMs: 200, leastRuns: 1 },
    full: { warmUpRuns: 3, warmUpMs: 2_000, measureMs: 3_000, leastRuns: 3 },
  },
  rounds: { quick: 2, full: 3 },
  contenders,
  workloads,
  targets,
  ratios: scalingRatios,
  recorded,
  show: showScaling,
}

const strategies = ['inline', 'dedicated', 'pool', 'work-stealing', 'hybrid']

/** The suite with other terms, items, work, strategies or workers; without ratios, which are about its own. */
export function withOptions(given: OwnOptions): Suite {
  const { terms = termCounts, items, body, ...options } = readOptions(given, strategies)
  const kinds = body === undefined ? ['light', 'cpu'] : [body.kind]
  const chosen = kinds.flatMap((kind) =>
    terms.map((count): Workload => {
      const outputs = items === undefined ? outputsOf(count) : items * count
      return { name: `${kind}${count}`, items: { quick: outputs, full: outputs } }
    }),
  )
  const names = options.strategies ?? contenders.map(({ name }) => name)
  return {
    ...suite,
    workloads: chosen,
    contenders: contenders
      .filter(({ name }) => names.includes(name))
      .map(({ inQuick: _inQuick, notes: _notes, leftOut, share, ...contender }) => ({
        ...contender,
        // as many as were asked for
        ...(share === undefined || items !== undefined ? {} : { share }),
        ...(leftOut === undefined ? {} : { leftOut: ofMany(leftOut, chosen) }),
      })),
    settings: () => ({
      stepsPerUs: stepsPerMicrosecond(),
      bodyUs: body?.kind === 'cpu' ? body.us : bodyUs,
      workers: options.workers ?? workers,
    }),
    ratios: () => ({}),
    targets: [],
    recorded: recorded.filter(({ workload }) => chosen.some(({ name }) => name === workload)),
  }
}

/** What is left out of a number of terms is left out of greater ones as well. */
function ofMany(
  leftOut: Readonly<Record<string, string>>,
  chosen: readonly Workload[],
): Record<string, string> {
  const termsIn = (name: string): number => Number(name.replace(/^\D+/, ''))
  const [[first, reason] = []] = Object.entries(leftOut).sort(([a], [b]) => termsIn(a) - termsIn(b))
  if (first === undefined || reason === undefined) return {}
  return Object.fromEntries(
    chosen.flatMap(({ name }) => (termsIn(name) >= termsIn(first) ? [[name, reason]] : [])),
  )
}
