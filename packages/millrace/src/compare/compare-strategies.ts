/**
 * `compareStrategies`: runs one graph under several strategies and says where their answers differ first. Called by
 * programs, and by `millrace compare`.
 *
 * The first strategy gives the answer that the others are held against, and is run once more at the end: what a graph
 * keeps outside of its states shows there, if nowhere else.
 */

import {
  type AnyTerm,
  compileGraph,
  type Graph,
  InvalidOptionError,
  type Ledger,
  MillraceError,
  messageOf,
  type Node,
  type OpenOutput,
  type Outcome,
  type Term,
  TermError,
} from '@millrace/core'
import { type Strategy, usableProcessors } from '@millrace/scheduler'
import { strategies as allStrategies } from '../config/settings.ts'
import { run, type ScheduledRunOptions } from '../run.ts'
import { areEqual, differenceInAnyOrder, differenceInOrder, inside } from './difference.ts'

/** Options of {@link compareStrategies}: those of `run`, but for checkpoints and replays. */
export interface CompareOptions extends Omit<ScheduledRunOptions, 'checkpoint' | 'replay'> {
  /** The strategies, the one that the others are held against first. Default: all, `inline` first. */
  readonly strategies?: readonly Strategy[]
}

/** One of the runs that were compared. */
export interface ComparedRun {
  /** The strategy, `inline again` for the last one. */
  readonly name: string
  readonly strategy: Strategy
  readonly outcome: Outcome | 'refused'
  /** What it failed with. */
  readonly error?: unknown
  /** Where its items went. */
  readonly items: Ledger | undefined
}

/** The first difference between a run and the first run, in one place. */
export interface Difference {
  /** Name of the run that differs. */
  readonly run: string
  /** An output port, the result of a sink, how it ended, or a figure of the ledger. */
  readonly in: 'output' | 'result' | 'outcome' | 'ledger'
  /** The port, the sink's id, or the figure; empty for the outcome. */
  readonly name: string
  /** Id of the term that gave it, if there is one. */
  readonly term: string | undefined
  /** Position of the item in the port's stream; none where its order is not promised, and for all that is no stream. */
  readonly index: number | undefined
  /** Where in the item or the result, as in `.lines[3].price`; empty if it is the whole. */
  readonly path: string
  /** What the first run has there; `undefined` if it has less. */
  readonly expected: unknown
  /** What this run has there. */
  readonly seen: unknown
}

/** What {@link compareStrategies} found. */
export interface Comparison {
  /** Whether all runs ended in the same way and gave the same. */
  readonly isEqual: boolean
  readonly runs: readonly ComparedRun[]
  /** For each run, the first difference in each place, outputs first. */
  readonly differences: readonly Difference[]
}

/** What a run gave. */
interface Taken extends ComparedRun {
  readonly outputs: ReadonlyMap<string, readonly unknown[]>
  readonly results: Readonly<Record<string, unknown>>
}

/** Figures that must be the same whatever the timing; how far sources ran ahead of a `take` need not be. */
const FIGURES = ['out', 'dropped', 'deadLettered'] as const
/** Small batches are spread over more workers. */
const BATCH_ITEMS = 64

/**
 * Runs a graph under several strategies, one after the other, and compares what they give: every open output item by
 * item, the results of sinks, how the runs ended, and the figures of the ledger that must agree. Items are compared once
 * a run has ended, as a program that keeps them sees them. Where a stream's order is not promised (behind `merge` or an
 * unordered `mapAsync`) it is not compared.
 *
 * A graph that changes its items, keeps something outside of its states, or depends on time or chance is found out.
 * What sinks do outside is done once for each run, and not compared. All outputs of the first run and of one other are
 * held in memory.
 *
 * Beyond what `options` say, runs on workers have two workers at least, states go to workers, and batches are small.
 *
 * @param term the graph, or a function that makes it anew for each run.
 * @throws {MillraceError} if the graph makes no sense or an option is out of range. A run that fails is a result.
 * @example
 * ```ts
 * import { compareStrategies } from 'millrace'
 * import { fromIterable, map } from 'millrace/terms'
 *
 * // something that is kept outside of the graph
 * let counter = 0
 * const numbered = () => fromIterable(['a', 'b']).pipe(map((word) => `${word}${counter++}`))
 * const { isEqual, differences } = await compareStrategies(numbered, { strategies: ['inline'] })
 * console.log(isEqual, differences[0]?.run, differences[0]?.expected, differences[0]?.seen) // false inline again a0 a2
 * ```
 */
export async function compareStrategies<Out>(
  term: Term<never, Out> | (() => Term<never, Out>),
  options: CompareOptions = {},
): Promise<Comparison> {
  const { strategies = allStrategies, ...settings } = options
  const wrong = strategies.find((strategy) => !allStrategies.includes(strategy))
  const [first] = strategies
  if (wrong !== undefined || first === undefined) {
    throw new InvalidOptionError('strategies', strategies, `some of ${allStrategies.join(', ')}`)
  }
  const make = (typeof term === 'function' ? term : () => term) as () => AnyTerm
  const graph = compileGraph(make())
  const legs = [
    ...strategies.map((strategy) => [strategy, strategy] as const),
    [first, `${first} again`] as const,
  ]
  let reference: Taken | undefined
  const runs: ComparedRun[] = []
  const differences: Difference[] = []
  for (const [strategy, name] of legs) {
    const taken = await take(make(), graph, settings, strategy, name)
    const { outputs: _outputs, results: _results, ...told } = taken
    runs.push(told)
    if (reference === undefined) reference = taken
    else differences.push(...differencesOf(graph, reference, taken))
    if (settings.signal?.aborted === true) break
  }
  return { isEqual: differences.length === 0, runs, differences }
}

async function take(
  term: AnyTerm,
  graph: Graph,
  settings: Omit<ScheduledRunOptions, 'checkpoint' | 'replay'>,
  strategy: Strategy,
  name: string,
): Promise<Taken> {
  const outputs = new Map<string, unknown[]>()
  let running: ReturnType<typeof run> | undefined
  try {
    running = run(term as Term<never, unknown>, withStrategy(settings, strategy))
    const reading = graph.outputs.map((output) => read(running as never, output, outputs))
    const { outcome, error, results } = await running.done
    await Promise.all(reading)
    const failure = error === undefined ? {} : { error }
    return { name, strategy, outcome, ...failure, items: running.stats().items, outputs, results }
  } catch (error) {
    const outcome = running === undefined ? 'refused' : 'failed'
    return { name, strategy, outcome, error, items: running?.stats().items, outputs, results: {} }
  }
}

async function read(
  running: { output(name: string): AsyncIterable<unknown> },
  { name }: OpenOutput,
  outputs: Map<string, unknown[]>,
): Promise<void> {
  const items: unknown[] = []
  outputs.set(name, items)
  try {
    for await (const item of running.output(name)) items.push(item)
  } catch {
    // `done` tells the same
  }
}

function withStrategy(settings: ScheduledRunOptions, strategy: Strategy): ScheduledRunOptions {
  const { scheduler } = settings
  if (strategy === 'inline') return { ...settings, scheduler: { ...scheduler, strategy } }
  const crew =
    strategy === 'dedicated' ? {} : { workers: Math.max(2, usableProcessors()), stateful: 'workers' as const }
  return { batchItems: BATCH_ITEMS, ...settings, scheduler: { ...crew, ...scheduler, strategy } }
}

function differencesOf(graph: Graph, reference: Taken, taken: Taken): Difference[] {
  const found: Difference[] = []
  const add = (at: Pick<Difference, 'in' | 'name' | 'term'>, where: Partial<Difference>): void => {
    const nowhere = { index: undefined, path: '', expected: undefined, seen: undefined }
    found.push({ run: taken.name, ...at, ...nowhere, ...where })
  }
  const [one, other] = [endingOf(reference), endingOf(taken)]
  if (one !== other)
    add({ in: 'outcome', name: '', term: termOf(taken.error) }, { expected: one, seen: other })
  // what a run gave before it failed depends on the timing
  if (reference.outcome !== 'completed' || taken.outcome !== 'completed') return found
  for (const { node, name } of graph.outputs) {
    const [expected, seen] = [reference, taken].map(({ outputs }) => outputs.get(name) ?? [])
    const differ = isOrdered(node) ? differenceInOrder : differenceInAnyOrder
    const where = differ(expected as readonly unknown[], seen as readonly unknown[])
    if (where !== undefined) add({ in: 'output', name, term: node.id }, where)
  }
  for (const node of graph.nodes) {
    const { id } = node
    const [expected, seen] = [reference.results[id], taken.results[id]]
    if (areEqual(expected, seen)) continue
    const isList = Array.isArray(expected) && Array.isArray(seen) && !isOrdered(node)
    const where = isList ? differenceInAnyOrder(expected, seen) : inside(expected, seen)
    if (where !== undefined) add({ in: 'result', name: id, term: id }, where)
  }
  for (const name of FIGURES) {
    const [expected, seen] = [reference.items?.[name], taken.items?.[name]]
    if (expected !== seen) add({ in: 'ledger', name, term: undefined }, { expected, seen })
  }
  return found
}

/** How a run ended: what is said of the failure, since errors of two threads are never the same. */
function endingOf({ outcome, error }: ComparedRun): string {
  if (error === undefined) return outcome
  const code = error instanceof MillraceError ? ` [${error.code}]` : ''
  return `${outcome}: ${messageOf(error)}${code}`
}

function termOf(error: unknown): string | undefined {
  return error instanceof TermError ? error.term : undefined
}

/** Whether the order of what a node gives is promised: nothing before it takes items as they come. */
function isOrdered(node: Node, seen = new Set<Node>()): boolean {
  if (seen.has(node)) return true
  seen.add(node)
  const kernel = node.leaf.kernel()
  if (kernel.kind === 'merge' || (kernel.kind === 'concurrent' && !kernel.ordered)) return false
  return node.inputs.every(({ from }) => isOrdered(from, seen))
}
