/**
 * `ProxyStage`: a stage that a part hosts, as the caller's engine sees it. Made by `PartsPlacement`.
 *
 * It is entered, started, stopped and let go through its part; its figures come with the part's reports. It counts as
 * waiting for the outside unless everything is known to be quiet: only then can the engine tell whether it is stuck.
 */

import type { Outlet } from '@millrace/core/engine'
import { type Edge, type Inlet, Stage, type StageHost, type StagePlan } from '@millrace/core/engine'
import type { Part } from './part.ts'
import { isEntered } from './part-placement.ts'
import type { StageReport } from './protocol.ts'

/** What a proxy asks about the whole run. */
export interface Whole {
  /** Whether all parts are quiet, and nothing is on the way between them. */
  readonly isSettled: boolean
  edgeOf(index: number): Edge | undefined
}

/** The figures of an inlet elsewhere. */
class MirrorInlet implements Inlet {
  readonly edges: readonly Edge[]
  readonly makesRows = false
  readonly isDone = false
  joined = 0
  /** As counted there, and here: see `countUnmatched`. */
  unmatched = 0
  #reported = 0

  constructor(edges: readonly Edge[]) {
    this.edges = edges
  }

  apply(joined: number, unmatched: number): void {
    this.joined = joined
    this.unmatched += unmatched - this.#reported
    this.#reported = unmatched
  }

  notice(): void {}

  next(): undefined {
    return undefined
  }

  consume(): void {}

  close(): void {}
}

/** Stands for a stage of a part. */
export class ProxyStage extends Stage {
  readonly #part: Part
  readonly #whole: Whole
  readonly #figures: MirrorInlet
  #leftover = 0
  #isWaitingThere = false
  #wanted: readonly Edge[] = []

  constructor(plan: StagePlan, inlet: Inlet, outlet: Outlet, host: StageHost, part: Part, whole: Whole) {
    const figures = new MirrorInlet(inlet.edges)
    super(plan, figures, outlet, host)
    this.#figures = figures
    this.#part = part
    this.#whole = whole
  }

  /** Takes over what the part has reported. */
  apply(report: StageReport): void {
    this.activations = report.activations
    this.busyMs = report.busyMs
    report.records.forEach((record, at) => {
      Object.assign(this.records[at] as object, record)
    })
    this.#figures.apply(report.joined, report.unmatched)
    this.outlet.copied = report.copied
    this.outlet.unread = report.unread
    this.outlet.left = report.left
    this.#leftover = report.leftover
    this.#isWaitingThere = report.isWaiting
    this.#wanted = report.wanted.flatMap((index) => this.#whole.edgeOf(index) ?? [])
    if (report.isDone) this.isDone = true
  }

  /** The part has ended. */
  onEnded(): void {
    this.isDone = true
    this.host.onDone(this)
  }

  override enter(): void | Promise<void> {
    return isEntered(this.plan) ? this.#part.enter(this.plan.index) : this.#part.wire()
  }

  override start(): void {
    this.#part.start()
  }

  override stop(): void {
    this.#part.stop()
  }

  override activate(): void {}

  override wake(): void {}

  override onItems(): void {}

  override onReaderGone(): void {}

  override get isWaiting(): boolean {
    const { hasEnded, isExiting } = this.#part
    return !hasEnded && (!this.#whole.isSettled || isExiting || (this.#isWaitingThere && !this.isDone))
  }

  override get runsOn(): 'caller' | 'workers' {
    return 'workers'
  }

  /** Stages that share a worker pass items on by themselves: their edges are none of the run's. */
  override get trafficBytes(): { readonly sent: number; readonly received: number } {
    return { sent: bytesOver(this.inlet.edges), received: bytesOver(this.outlet.edges) }
  }

  override get leftover(): number {
    return this.#leftover
  }

  override get wanted(): readonly Edge[] {
    return this.#wanted
  }

  protected override release(): Promise<void> {
    return this.#part.cancel(this.host.signal.reason)
  }
}

function bytesOver(edges: readonly Edge[]): number {
  return edges.reduce((sum, { sentBytes }) => sum + sentBytes, 0)
}
