/** What all kinds of stages have in common in a checkpoint: their nodes and figures. Called by `Stage`. */

import type { AnyLeaf } from '../graph/graph.ts'
import type { StagePlan } from '../plan/plan.ts'
import { promiseOf } from '../values/foreign.ts'
import type { NodeContext } from './context.ts'
import type { NodeRecord } from './node-record.ts'
import type { PortCounts, StageSnapshot } from './snapshot.ts'

/** What of a stage is saved, whatever its kind. */
interface SavedStage {
  readonly plan: StagePlan
  readonly contexts: readonly NodeContext[]
  readonly records: readonly NodeRecord[]
  readonly isDone: boolean
  readonly copied: number
  readonly leftover: number
  readonly restored: StageSnapshot | undefined
  readonly outlet: Pick<PortCounts, 'left' | 'unread'>
  readonly inlet: Pick<PortCounts, 'joined' | 'unmatched'>
}

/** What a sink that has a place in something brings. */
interface Placed {
  position?(ctx: NodeContext): unknown
  flush?(ctx: NodeContext): unknown
  seek?(position: unknown, ctx: NodeContext): unknown
}

/** The nodes and figures of a stage, with what its kind keeps. */
export function saveStage(stage: SavedStage, own: unknown): StageSnapshot {
  const { plan, contexts, records, outlet, inlet, isDone } = stage
  return {
    isDone,
    states: isDone ? [] : contexts.map(({ state }) => state),
    pending: isDone ? [] : contexts.map(({ pending }) => pending),
    positions: isDone
      ? []
      : plan.nodes.map(({ leaf }, at) =>
          isSink(stage, at) ? (leaf as unknown as Placed).position?.(contexts[at] as NodeContext) : undefined,
        ),
    records: records.map((record) => ({ ...record })),
    ports: {
      left: outlet.left,
      copied: stage.copied,
      unread: outlet.unread,
      leftover: stage.leftover + (stage.restored?.ports.leftover ?? 0),
      joined: inlet.joined,
      unmatched: inlet.unmatched,
    },
    own,
  }
}

/** Has the sinks of a stage see to it that what they have just said to have written stays. */
export function flushSinks(stage: SavedStage): unknown[] {
  if (stage.isDone) return []
  return stage.plan.nodes.flatMap(({ leaf }, at) =>
    isSink(stage, at) ? [(leaf as unknown as Placed).flush?.(stage.contexts[at] as NodeContext)] : [],
  )
}

function isSink({ plan }: SavedStage, at: number): boolean {
  return plan.kernels[at]?.kind === 'sink'
}

/**
 * Brings a node back. A sink that knows its place seeks it; any other node is entered again, for what it opens there:
 * what it emits was emitted by the run before, and the state is the saved one.
 */
export function resumeNode(
  leaf: AnyLeaf,
  ctx: NodeContext,
  { states, pending, positions }: StageSnapshot,
  at: number,
): void | Promise<void> {
  const { kind } = leaf.kernel()
  const isSource = kind === 'source' || kind === 'batches'
  const position = positions[at]
  const restore = (): void => {
    if (!isSource) ctx.state = states[at]
    ctx.pending = (pending[at] as unknown[] | null | undefined) ?? null
  }
  restore()
  const entering: unknown =
    position === undefined ? leaf.enter?.(ctx as never) : (leaf as unknown as Placed).seek?.(position, ctx)
  const promise = promiseOf(entering)
  if (promise !== undefined) return promise.then(restore)
  restore()
}
