/**
 * `ProxyStage`: a stage that a part hosts, as the caller's engine sees it. Made by `PartsPlacement`.
 *
 * It is entered, started, stopped and let go through its part; its figures come with the part's reports. It counts as
 * waiting for the outside unless everything is known to be quiet: only then can the engine tell whether it is stuck.
 */

import { performance } from 'node:perf_hooks'
import type { Outlet } from '@millrace/core/engine'
import {
  type BookedTime,
  type Edge,
  type Inlet,
  machineMs,
  Stage,
  type StageHost,
  type StagePlan,
} from '@millrace/core/engine'
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
  #reported: StageReport | undefined
  /** What workers before this one have reported. */
  #before: BookedTime = { busyMs: 0, waitingMs: 0, awaitedMs: 0, backpressuredMs: 0 }
  #isWaitingThere = false
  #waitsFor: string | undefined
  #isEntering = false
  #wanted: readonly Edge[] = []

  constructor(plan: StagePlan, inlet: Inlet, outlet: Outlet, host: StageHost, part: Part, whole: Whole) {
    const figures = new MirrorInlet(inlet.edges)
    super(plan, figures, outlet, host)
    this.#figures = figures
    this.#part = part
    this.#whole = whole
  }

  /** Takes over what the part has reported. Of a stage that was done before its worker was lost the figures stay. */
  apply(report: StageReport): void {
    this.#isWaitingThere = report.isWaiting && !report.isDone
    this.#waitsFor = report.waitsFor
    this.#wanted = report.wanted.flatMap((index) => this.#whole.edgeOf(index) ?? [])
    if (this.isDone && !report.isDone) return
    this.activations = report.activations
    this.#tellSpan(report.processingMs - this.processingMs)
    this.processingMs = report.processingMs
    // a worker in place of one that was lost begins to count anew
    if (report.time.busyMs < (this.#reported?.time.busyMs ?? 0))
      this.#before = this.#timeUpTo(this.#reported, 0)
    this.#reported = report
    report.records.forEach((record, at) => {
      Object.assign(this.records[at] as object, record)
    })
    this.#figures.apply(report.joined, report.unmatched)
    this.outlet.copied = report.copied
    this.outlet.unread = report.unread
    this.outlet.left = report.left
    this.#leftover = report.leftover
    if (report.isDone) this.isDone = true
  }

  #tellSpan(durationMs: number): void {
    if (this.host.onSpan === undefined || !(durationMs > 0)) return
    const nodes = this.plan.nodes.map(({ id }) => id)
    const beginMs = machineMs(performance.now()) - durationMs
    this.host.onSpan({ worker: this.#part.id, nodes, beginMs, durationMs, waitedMs: 0 })
  }

  protected override timeAt(at: number): BookedTime {
    const report = this.#reported
    return this.#timeUpTo(report, report === undefined || report.isDone ? 0 : machineMs(at) - report.sinceMs)
  }

  /** What was reported, and what the stage has done since, if it goes on with it for so long. */
  #timeUpTo(report: StageReport | undefined, ms: number): BookedTime {
    const told = report?.time
    const times = {
      busyMs: this.#before.busyMs + (told?.busyMs ?? 0),
      waitingMs: this.#before.waitingMs + (told?.waitingMs ?? 0),
      awaitedMs: this.#before.awaitedMs + (told?.awaitedMs ?? 0),
      backpressuredMs: this.#before.backpressuredMs + (told?.backpressuredMs ?? 0),
    }
    const more = Math.max(0, ms)
    switch (report?.state) {
      case 'busy':
        times.busyMs += more
        break
      case 'backpressured':
        times.backpressuredMs += more
        break
      case 'awaiting':
        times.awaitedMs += more
        times.waitingMs += more
        break
      case 'waiting':
        times.waitingMs += more
    }
    return times
  }

  /** The part has ended. */
  onEnded(): void {
    this.isDone = true
    this.host.onDone(this)
  }

  override enter(): void | Promise<void> {
    return isEntered(this.plan) ? this.#enterThere() : this.#part.wire()
  }

  async #enterThere(): Promise<void> {
    this.#isEntering = true
    await this.#part.enter(this.plan.index)
    this.#isEntering = false
  }

  override get waitsFor(): string {
    if (!this.#isEntering) return this.#waitsFor ?? super.waitsFor
    return `enter() of ${super.waitsFor}`
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
    return !hasEnded && (!this.#whole.isSettled || isExiting || this.#isWaitingThere)
  }

  override get runsOn(): 'caller' | 'workers' {
    return 'workers'
  }

  /** Its items lie in the part. */
  override peek(): undefined {
    return undefined
  }

  /** Stages that share a worker pass items on by themselves: their edges are none of the run's. */
  override get trafficBytes(): { readonly sent: number; readonly received: number } {
    return { sent: bytesOver(this.inlet.edges), received: bytesOver(this.outlet.edges) }
  }

  override get heldItems(): number {
    return this.#reported?.heldItems ?? 0
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
