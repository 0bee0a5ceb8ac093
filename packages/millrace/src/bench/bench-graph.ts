/** `benchGraph`: measures a graph module under several strategies. Called by programs, and by `millrace bench`. */

import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { InvalidOptionError } from '@millrace/core'
import { MAX_TIMER_MS } from '@millrace/core/engine'
import { type Strategy, usableProcessors } from '@millrace/scheduler'
import { strategies as allStrategies } from '../config/settings.ts'
import type {
  BenchFigures,
  BenchMachine,
  BenchOptions,
  BenchResult,
  BenchRow,
  BenchSpread,
} from './contracts.ts'
import { type Measured, type NotMeasured, oneRun } from './one-run.ts'

/** One way to run the graph. */
interface Leg {
  readonly strategy: Strategy
  readonly workers: number | undefined
  readonly value: string | undefined
  readonly runs: Measured[]
  failure?: NotMeasured
}

const MAX_ROUNDS = 1000

/**
 * Measures a graph module: runs it under each strategy, with each number of workers, in a process of its own each time, as
 * `millrace run` does. One run after the other; the order is turned round by one from round to round, so that what changes
 * on the machine meanwhile hits all alike.
 *
 * Runs have no checkpoints, whatever the config says. What the graph prints is not shown; what its sinks do outside is done
 * once for each run; stdin is empty. A run that fails ends the measuring of that row, and is told there. Takes the rounds times the rows times the time of a run.
 *
 * @param module the path of a module that exports a graph by default, as `millrace run` takes it.
 * @throws {InvalidOptionError} if an option is out of range. A run that fails is a row of the result.
 * @example
 * ```ts
 * import { benchGraph, tableOfBench } from 'millrace/bench'
 *
 * // the same as: millrace bench sums.ts --vary count=1000,100000 --strategies inline,pool
 * export async function compare(): Promise<void> {
 *   const result = await benchGraph('sums.ts', {
 *     vary: { name: 'count', values: ['1000', '100000'] },
 *     strategies: ['inline', 'pool'],
 *   })
 *   for (const line of tableOfBench(result)) console.log(line)
 * }
 * ```
 */
export async function benchGraph(module: string, options: BenchOptions = {}): Promise<BenchResult> {
  const { params = {}, vary, strategies = allStrategies, rounds = 3, config, signal, timeoutMs } = options
  const { workers = [usableProcessors()], onRun } = options
  checkOptions({ ...options, strategies, workers, rounds })
  const machine = machineNow()
  const legs = (vary?.values ?? [undefined]).flatMap((value) =>
    strategies.flatMap((strategy) =>
      (takesWorkers(strategy) ? workers : [undefined]).map(
        (count): Leg => ({ strategy, workers: count, value, runs: [] }),
      ),
    ),
  )
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
  const limits = { summary: join(folder, 'summary.json'), signal, timeoutMs }
  let number = 0
  try {
    for (let round = 0; round < rounds; round++) {
      for (const leg of turned(legs, round)) {
        number++
        if (leg.failure !== undefined) continue
        signal?.throwIfAborted()
        const { strategy, workers: count, value } = leg
        onRun?.({ number, of: rounds * legs.length, strategy, workers: count, value })
        const given = { ...params, ...(vary === undefined ? {} : { [vary.name]: value as string }) }
        const measured = await oneRun(argumentsOf(module, given, leg, config), limits)
        if ('reason' in measured) leg.failure = measured
        else leg.runs.push(measured)
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const rows = legs.map(rowOf)
  return { module, params, vary, rounds, machine, rows, isConsistent: areConsistent(legs) }
}

/** Whether a strategy takes a number of workers. */
export function takesWorkers(strategy: Strategy): boolean {
  return strategy !== 'inline' && strategy !== 'dedicated'
}

function argumentsOf(
  module: string,
  params: Readonly<Record<string, string>>,
  { strategy, workers }: Leg,
  config: string | undefined,
): string[] {
  return [
    module,
    ...Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]),
    ...(config === undefined ? [] : ['--config', config]),
    ...['--strategy', strategy],
    ...(workers === undefined ? [] : ['--workers', String(workers)]),
  ]
}

function checkOptions({
  strategies = [],
  workers = [],
  rounds = 1,
  timeoutMs,
  vary,
  params,
}: BenchOptions): void {
  const wrong = strategies.find((strategy) => !allStrategies.includes(strategy))
  if (wrong !== undefined || strategies.length === 0 || hasTwice(strategies)) {
    throw new InvalidOptionError('strategies', strategies, `some of ${allStrategies.join(', ')}, each once`)
  }
  const areCounts = workers.every((count) => Number.isSafeInteger(count) && count >= 1)
  if (workers.length === 0 || !areCounts || hasTwice(workers)) {
    throw new InvalidOptionError('workers', workers, 'different whole numbers from 1 on')
  }
  if (!Number.isSafeInteger(rounds) || rounds < 1 || rounds > MAX_ROUNDS) {
    throw new InvalidOptionError('rounds', rounds, `a whole number from 1 to ${MAX_ROUNDS}`)
  }
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs <= MAX_TIMER_MS)) {
    throw new InvalidOptionError('timeoutMs', timeoutMs, `ms above 0, at most ${MAX_TIMER_MS}`)
  }
  if (vary === undefined) return
  if (vary.values.length === 0 || hasTwice(vary.values)) {
    throw new InvalidOptionError('vary', vary, 'a name with different values')
  }
  if (params !== undefined && Object.hasOwn(params, vary.name)) {
    throw new InvalidOptionError('vary', vary, 'a parameter that params does not have')
  }
}

function hasTwice(values: readonly unknown[]): boolean {
  return new Set(values).size < values.length
}

function turned<Item>(items: readonly Item[], by: number): Item[] {
  const at = by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}

function rowOf({ strategy, workers, value, runs, failure }: Leg): BenchRow {
  const items = runs[runs.length - 1]?.items
  return {
    ...{ strategy, workers, value, rounds: runs.length, figures: figuresOf(runs), items },
    failed: failure?.reason,
    failure: failure?.kind,
  }
}

function figuresOf(runs: readonly Measured[]): BenchFigures | undefined {
  if (runs.length === 0) return undefined
  const over = (figure: (run: Measured) => number): BenchSpread => spreadOf(runs.map(figure))
  return {
    itemsPerSecond: over(({ items, elapsedMs }) => (items.in / elapsedMs) * 1000),
    outputsPerSecond: over(({ items, elapsedMs }) => (items.out / elapsedMs) * 1000),
    elapsedMs: over(({ elapsedMs }) => elapsedMs),
    wholeMs: over(({ wholeMs }) => wholeMs),
    cpuMs: over((run) => run.process.cpuMs),
    peakBytes: over((run) => run.process.peakBytes),
    threads: over(({ threads }) => threads),
  }
}

/** Of an even number of values, the median is the mean of the two in the middle. */
function spreadOf(values: readonly number[]): BenchSpread {
  const sorted = [...values].sort((a, b) => a - b)
  const [low, high] = [sorted[(sorted.length - 1) >> 1] as number, sorted[sorted.length >> 1] as number]
  return {
    median: (low + high) / 2,
    least: sorted[0] as number,
    most: sorted[sorted.length - 1] as number,
  }
}

/** How far a source runs ahead of a `take` differs; what comes out does not. */
function areConsistent(legs: readonly Leg[]): boolean {
  const outOf = new Map<string | undefined, number>()
  return legs.every(({ value, runs }) =>
    runs.every(({ items }) => {
      const before = outOf.get(value)
      if (before === undefined) outOf.set(value, items.out)
      return before === undefined || before === items.out
    }),
  )
}

function machineNow(): BenchMachine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    processors: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
    load: loadavg()[0] as number,
  }
}
