/**
 * `HostedStage`: a fused stage in a worker that may be lost: snapshots of it are taken between its activations, and
 * another worker goes on from the last one. Made by `PartPlacement`, told when by `Saver`.
 *
 * A source is begun anew, and gives again what it had given: nothing of it is sent or counted twice.
 */

import {
  carryValue,
  FusedStage,
  type Inlet,
  type NodeRecord,
  type Outlet,
  type StageHost,
  type StagePlan,
} from '@millrace/core/engine'
import type { BackedEdge } from './backed-edge.ts'
import { InboundEdge } from './inbound-edge.ts'
import { OutboundEdge } from './outbound-edge.ts'
import type { SavedReader, SavedStage, SavedWriter } from './protocol.ts'
import { RecordedMerge } from './recorded-merge.ts'
import { statesOf } from './states-of.ts'

/** Decides when a stage is saved. */
export interface StageSaver {
  /** An activation is about to begin. */
  before(stage: HostedStage): void
  /** An activation, or something else that may have closed edges, is over. */
  after(stage: HostedStage): void
  /** The stage has ended. */
  onFinished(stage: HostedStage): void
  /** The nodes of a stage that has ended have exited. */
  onExited(stage: HostedStage): void
  numberOf(edge: BackedEdge): number
}

/** Runs a chain that can be saved. */
export class HostedStage extends FusedStage {
  readonly #saver: StageSaver
  readonly #calls: () => readonly number[]
  readonly #saved: SavedStage | undefined
  /** The edges that lead to other threads. */
  readonly outbound: readonly OutboundEdge[]
  readonly isSource: boolean
  /** Whether its items bear times. */
  readonly isTimed: boolean
  #leftoverBefore = 0
  #hasFinished = false

  /** @param calls of each node's function so far, if they are noted */
  constructor(
    plan: StagePlan,
    inlet: Inlet,
    outlet: Outlet,
    host: StageHost,
    saver: StageSaver,
    calls: () => readonly number[],
    saved: SavedStage | undefined,
  ) {
    super(plan, inlet, outlet, host)
    this.#saver = saver
    this.#calls = calls
    this.#saved = saved
    this.isTimed = host.timed
    this.isSource = inlet.edges.length === 0
    this.outbound = outlet.edges.filter((edge) => edge instanceof OutboundEdge)
    if (saved !== undefined) this.#restore(saved)
  }

  #restore({ records, counts }: SavedStage): void {
    records.forEach((record, at) => void Object.assign(this.records[at] as NodeRecord, record))
    const { activations, processingMs, batches, batchedItems, leftover, joined, unmatched } = counts
    Object.assign(this, { activations, processingMs, batches, batchedItems })
    this.#leftoverBefore = leftover
    const { copied, unread, left } = counts
    Object.assign(this.outlet, { copied, unread, left })
    if (this.inlet.makesRows) Object.assign(this.inlet, { joined, unmatched })
  }

  override get leftover(): number {
    return super.leftover + this.#leftoverBefore
  }

  /** Whether nothing is half done, and the stage has not begun to end: what is then saved is all there is. */
  get isAtRest(): boolean {
    const { inlet } = this
    if (this.isDone || this.isSource || !this.isIdle || inlet.isDone) return false
    return !(inlet instanceof RecordedMerge && inlet.isFollowing)
  }

  override enter(): void | Promise<void> {
    // its nodes were entered, and have exited, in a worker before this one
    if (this.#saved?.phase !== 'exited') return super.enter()
  }

  override start(): void {
    const saved = this.#saved
    if (saved !== undefined && saved.phase !== 'running') {
      this.finish()
      return
    }
    const states = saved === undefined ? [] : statesOf(saved)
    this.contexts.forEach((ctx, at) => {
      if (saved === undefined) return
      ctx.pending = null // it was emitted before the snapshot
      ctx.state = states[at]
    })
    super.start()
    if (saved !== undefined) this.lastTime = saved.counts.lastTime
    this.#saver.after(this)
  }

  override activate(): void {
    this.#saver.before(this)
    super.activate()
    // only now: a stage that ends while its loop runs would not count what the loop has taken
    for (const edge of this.outlet.edges as readonly BackedEdge[]) edge.closeInTime()
    this.#saver.after(this)
  }

  protected override finish(): void {
    if (this.isDone) return
    this.#hasFinished = true
    super.finish()
    this.#saver.onFinished(this)
  }

  override dispose(): Promise<void> {
    const exiting = super.dispose()
    if (!this.#hasFinished) return exiting
    this.#hasFinished = false
    return exiting.then(() => this.#saver.onExited(this))
  }

  /** Items, and estimated bytes, consumed so far. */
  get consumed(): { readonly items: number; readonly bytes: number } {
    let [items, bytes] = [0, 0]
    for (const edge of this.inlet.edges as readonly (InboundEdge | BackedEdge)[]) {
      items += edge.consumed
      bytes += edge.consumedBytes
    }
    return { items, bytes }
  }

  /** What another worker would go on from. @throws {Uncarriable} if a state, or an item that is kept, cannot be sent. */
  capture(): SavedStage {
    const { plan, inlet, outlet, contexts, records, activations, processingMs, batches, batchedItems } = this
    const isRunning = !this.isDone
    const { joined, unmatched } = inlet
    const { copied, unread, left } = outlet
    const { lastTime, leftover } = this
    return {
      index: plan.index,
      phase: isRunning ? 'running' : 'done',
      states: carryValue(isRunning ? contexts.map(({ state }) => state) : [], 'thread'),
      records,
      counts: {
        ...{ activations, processingMs, batches, batchedItems, lastTime, leftover },
        ...{ joined, unmatched, copied, unread, left },
      },
      calls: this.#calls(),
      inbound: inlet.edges.map((edge) => this.#saveReader(edge as InboundEdge | BackedEdge)),
      outbound: outlet.edges.map((edge) => this.#saveWriter(edge as BackedEdge)),
    }
  }

  #saveReader(edge: InboundEdge | BackedEdge): SavedReader {
    return edge instanceof InboundEdge ? edge.capture() : edge.saveReader(this.#saver.numberOf(edge))
  }

  #saveWriter(edge: BackedEdge): SavedWriter {
    return edge.capture(this.#saver.numberOf(edge))
  }
}
