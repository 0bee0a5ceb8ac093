/** What must hold of a graph before checkpoints of its run are worth anything. Called when a run is made. */

import type { Kernel } from '../../contracts.ts'
import type { Placement } from '../../engine/placement.ts'
import { InvalidOptionError, NotCheckpointedError } from '../../errors.ts'
import { fingerprint } from '../../graph/fingerprint.ts'
import type { Graph, Node } from '../../graph/graph.ts'
import { originsOf } from '../../graph/origins.ts'
import type { Plan } from '../../plan/plan.ts'
import type { AnyTerm } from '../../term/types.ts'
import type { CheckpointOptions } from './store.ts'

interface Hooks {
  readonly position?: unknown
  readonly seek?: unknown
}

/** @throws {InvalidOptionError} for an option out of range. */
export function checkCheckpointOptions({ everyMs, everyItems, timeoutMs, store }: CheckpointOptions): void {
  if (typeof store?.write !== 'function') {
    throw new InvalidOptionError(
      'checkpoint.store',
      store,
      'a store with list(), read(), write() and remove()',
    )
  }
  for (const [name, value] of Object.entries({ everyMs, timeoutMs })) {
    if (value !== undefined && !(value > 0)) {
      throw new InvalidOptionError(`checkpoint.${name}`, value, 'a number of milliseconds above 0')
    }
  }
  if (everyItems !== undefined && !(Number.isInteger(everyItems) && everyItems >= 1)) {
    throw new InvalidOptionError('checkpoint.everyItems', everyItems, 'a whole number, at least 1')
  }
}

/** @throws {NotCheckpointedError} naming each term that cannot be gone on with, and why; or the scheduler. */
export function checkCheckpointed(graph: Graph, placement: Pick<Placement, 'isSteady'> | undefined): void {
  if (placement !== undefined && placement.isSteady === undefined) {
    throw new NotCheckpointedError([
      'This strategy keeps items on its workers, where no checkpoint reaches them. Choose inline, pool or work-stealing.',
    ])
  }
  const reasons = graph.nodes.flatMap((node) => {
    const reason = reasonAgainst(node)
    return reason === undefined ? [] : [`"${node.id}" ${reason}`]
  })
  if (reasons.length > 0) throw new NotCheckpointedError(reasons)
}

/**
 * Why a run with this term cannot be gone on with from a checkpoint; `undefined` if it can.
 *
 * @example
 * ```ts
 * import { reasonAgainst } from 'millrace'
 * import { debounce, map } from 'millrace/terms'
 *
 * console.log(reasonAgainst({ leaf: map((n: number) => n) })) // undefined
 * console.log(reasonAgainst({ leaf: debounce(5) as never })?.split(',')[0]) // is a coroutine
 * ```
 */
export function reasonAgainst({ leaf }: Pick<Node, 'leaf'>): string | undefined {
  const own = leaf.whyNotResumable?.()
  if (own !== undefined) return own
  const kernel: Kernel = leaf.kernel()
  const { position, seek } = leaf as Hooks
  switch (kernel.kind) {
    case 'source':
    case 'batches':
      if (leaf.isReplayable || seek !== undefined) return undefined
      return 'cannot be begun in the middle. If it gives the same items each time, say so with replays(); else give it seek().'
    case 'stream':
      if ((kernel.self as { readonly resumable?: boolean }).resumable === true) return undefined
      return 'is a coroutine, which may know more than its state. If all it knows is in ctx.state, set resumable = true.'
    case 'sink':
      if ((position === undefined) === (seek === undefined)) return undefined
      return 'has one of position() and seek(). Give it both, or neither.'
    default:
      return undefined
  }
}

/** The sinks that are told again what came after a checkpoint: those with neither a position nor a state. */
export function repeatingSinks(graph: Graph): string[] {
  return graph.nodes
    .filter(({ leaf, isLocal }) => {
      const isPlain = (leaf as Hooks).position === undefined && (leaf.initialState === undefined || isLocal)
      return leaf.kernel().kind === 'sink' && isPlain
    })
    .map(({ id }) => id)
}

/** What a graph must agree in with the one of a checkpoint: its nodes, and the parameters of graph modules. */
export function graphLines(graph: Graph, term: AnyTerm): string[] {
  const origins = new Set([...originsOf(term).values()].map(({ origin }) => origin))
  return [...fingerprint(graph), ...[...origins].map(({ params }) => `parameters ${textOf(params)}`)]
}

function textOf(params: unknown): string {
  try {
    return JSON.stringify(params) ?? 'none'
  } catch {
    return 'that are no JSON' // a cycle, or a big integer: they are not compared
  }
}

/** How the graph is cut into stages: a checkpoint is of stages, not of nodes alone. */
export function stageLines({ stages }: Plan): string[] {
  return stages.map(({ kind, nodes }) => `${kind} of ${nodes.map(({ id }) => `"${id}"`).join(', ')}`)
}
