/**
 * What comes before a run starts: its checks, its graph, and the stages that the graph is cut into. Called by `run`, and by
 * `surveyRun`, which goes no further. Starts nothing and opens nothing.
 */

import type { NodePlace, Placement } from '../engine/placement.ts'
import { strictKernel } from '../engine/strict.ts'
import { InvalidOptionError } from '../errors.ts'
import { checkTimeouts } from '../graph/check-policies.ts'
import { compileGraph } from '../graph/compile.ts'
import type { Graph, Node } from '../graph/graph.ts'
import { type Origins, originsOf } from '../graph/origins.ts'
import { checkNothingReplaced, replayGraph } from '../graph/replay.ts'
import { tapGraph } from '../graph/tap.ts'
import { type Plan, planGraph } from '../plan/plan.ts'
import { checkEdgeOptions } from '../term/leaf.ts'
import type { AnyTerm } from '../term/types.ts'
import { checkCheckpointed, checkCheckpointOptions } from './checkpoint/check.ts'
import type { RunOptions } from './options.ts'

/** The graph as it is going to run. @throws {MillraceError} if it makes no sense, or an option is out of range. */
export function prepareRun(term: AnyTerm, options: RunOptions): Graph {
  checkOptions(options)
  if (options.engine !== undefined && options.placement !== undefined)
    throw new InvalidOptionError('engine', options.engine, 'left out where there is a placement')
  const { replay, taps, placement, checkpoint } = options
  const compiled = compileGraph(term, options.settle)
  const fed = replay === undefined ? compiled : replayGraph(compiled, replay)
  const graph = taps === undefined ? fed : tapGraph(fed, taps)
  if (replay !== undefined && options.overwrite !== true) checkNothingReplaced(graph)
  if (placement === undefined) checkTimeouts(graph.nodes)
  if (checkpoint !== undefined) {
    checkCheckpointed(graph, placement)
    if (placement !== undefined) placement.isSteady = true
  }
  return graph
}

/** What the scheduler brings, loaded now if it has to be. */
export async function loadPlacement({
  placement,
  onError,
  strict,
}: RunOptions): Promise<Placement | undefined> {
  if (placement === undefined) return undefined
  const loaded = 'load' in placement ? await placement.load() : placement
  if (placement.isSteady === true) loaded.isSteady = true
  loaded.needsSingleItems = onError === 'stop' || strict === true
  return loaded
}

/** The stages of a run, before any are joined to regions, and where its terms are from if they may go elsewhere. */
export interface CutRun {
  readonly cut: Plan
  readonly origins: Origins | undefined
}

/** Cuts the graph of a run. `isRead`: whether an output is read from outside. */
export function cutRun(
  term: AnyTerm,
  graph: Graph,
  { strict }: RunOptions,
  placement: Placement | undefined,
  isRead: (node: Node, output: string) => boolean = () => false,
): CutRun {
  const origins = placement === undefined ? undefined : originsOf(term, strict)
  const cut = planGraph(graph, {
    ...(strict === true ? { wrap: strictKernel } : {}),
    isRead,
    ...(origins === undefined
      ? {}
      : { mayFuse: (from, to) => placement?.mayFuse(from, to, origins) !== false }),
  })
  return { cut, origins }
}

const INLINE = 'inline runs every term on the thread that calls run()'
const UNTOLD = 'the placement does not say where its terms run'

/**
 * Where each term of a run would run, and why, in the order of the graph. Starts no worker and opens no source.
 *
 * @throws {MillraceError} as `run` would, at once or before its first item, as far as that can be known.
 * @example
 * ```ts
 * import { surveyRun } from 'millrace'
 * import { fromIterable, map } from 'millrace/terms'
 *
 * const places = await surveyRun(fromIterable([1, 2]).pipe(map((n) => n + 1)), {})
 * console.log(places.map(({ node, runsOn }) => `${node.id}: ${runsOn}`)) // [ 'fromIterable: caller', 'map: caller' ]
 * ```
 */
export async function surveyRun(term: AnyTerm, options: RunOptions): Promise<readonly NodePlace[]> {
  const graph = prepareRun(term, options)
  const placement = await loadPlacement(options)
  const { cut, origins } = cutRun(term, graph, options, placement)
  if (placement?.survey === undefined || origins === undefined) {
    return graph.nodes.map((node) => ({
      node,
      runsOn: 'caller',
      why: placement === undefined ? INLINE : UNTOLD,
    }))
  }
  const places = placement.survey(cut, origins)
  return [...places].sort((one, other) => one.node.index - other.node.index)
}

function checkOptions(options: RunOptions): void {
  for (const name of ['batchItems', 'growthLimitItems'] as const) {
    const value = options[name]
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      throw new InvalidOptionError(name, value, 'a whole number, at least 1')
    }
  }
  for (const name of ['statsEveryMs', 'starvationMs', 'cleanupTimeoutMs'] as const) {
    const value = options[name]
    if (value !== undefined && !(value > 0)) {
      throw new InvalidOptionError(name, value, 'a number of milliseconds above 0')
    }
  }
  if (options.onError !== undefined && !['abort', 'stop'].includes(options.onError)) {
    throw new InvalidOptionError('onError', options.onError, 'one of abort, stop')
  }
  if (options.edges !== undefined) checkEdgeOptions(options.edges)
  if (options.checkpoint !== undefined) checkCheckpointOptions(options.checkpoint)
  if (options.checkpoint !== undefined && (options.taps ?? []).length > 0) {
    throw new InvalidOptionError('taps', options.taps, 'left out where checkpoints are taken')
  }
}
