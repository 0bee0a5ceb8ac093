/**
 * `Reporter`: tells the caller's thread how a part is doing: what has changed since it was told last. Called by
 * `PartRunner`.
 *
 * A part that goes quiet reports at once, but not more often than each 5 ms; a busy one each 100 ms.
 */

import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { type Edge, machineMs, type Stage } from '@millrace/core/engine'
import { InboundEdge } from './inbound-edge.ts'
import { OutboundEdge } from './outbound-edge.ts'
import type { PlacedEdge } from './part-graph.ts'
import type { PartPlacement } from './part-placement.ts'
import type { EdgeReport, LinkReport, Report, StageReport } from './protocol.ts'

/** Between two reports of a part that goes quiet again and again, at least. */
const REST_MS = 5
/** Between two reports of a busy part. */
const BUSY_MS = 100
/** Reports take at most this share of a part's time. */
const MAX_SHARE = 0.05

/** What a reporter needs to know, and may ask. */
export interface ReporterHost {
  /** Orders carried out so far. */
  readonly commands: number
  /** Has the engine look whether it is quiet. */
  /** Whether a node is being entered. */
  readonly isEntering: boolean
  look(): void
  /** Something is waited for: has `onIdle` called once nothing on the thread can bring it. */
  watchIdle(): void
  send(report: Report): void
}

/** Makes and sends a part's reports. */
export class Reporter {
  readonly #placement: PartPlacement
  readonly #host: ReporterHost
  readonly #indexOf: ReadonlyMap<Edge, number>
  /** What was told last, as text, by kind and index: only what differs is told again. */
  readonly #told = new Map<string, string>()
  #toldState = ''
  #lastAt = Number.NEGATIVE_INFINITY
  #rest = REST_MS
  #isQuiet = false
  /** Nothing on the thread can bring what is waited for, unless something comes from outside. */
  #isIdle = false
  /** Runs out when a report may follow the last one. */
  #due: NodeJS.Timeout | undefined
  /** Runs out when a part that has not been quiet since is busy. */
  #busy: NodeJS.Timeout | undefined

  constructor(placement: PartPlacement, host: ReporterHost) {
    this.#placement = placement
    this.#host = host
    this.#indexOf = new Map([...placement.edges].map(([index, { edge }]) => [edge, index]))
  }

  /** Something came from outside: the part may be busy now. */
  onActivity(): void {
    this.#isQuiet = false
    this.#isIdle = false
    if (this.#host.isEntering) this.#host.watchIdle()
    if (this.#busy !== undefined) return
    this.#busy = setTimeout(() => {
      this.#busy = undefined
      if (this.#isQuiet || this.#isIdle) return
      this.#send(false, false)
      this.onActivity()
    }, BUSY_MS)
    this.#busy.unref() // it brings nothing that is waited for
  }

  /** The engine has gone quiet. */
  onQuiet(isExiting: boolean): void {
    this.#isQuiet = true
    const early = this.#lastAt + this.#rest - performance.now()
    if (early <= 0) this.#send(true, isExiting)
    else
      this.#due ??= setTimeout(() => {
        this.#due = undefined
        this.#host.look() // if it is still quiet it says so once more
      }, early)
  }

  /** The thread's event loop has run dry. */
  onIdle(): void {
    if (!this.#isQuiet && !this.#host.isEntering) return
    this.#isIdle = true
    this.#send(this.#isQuiet, false)
  }

  /** The last report. */
  end(): Report {
    this.stop()
    return this.#make(true, false)
  }

  /** Sends nothing by itself any more. */
  stop(): void {
    clearTimeout(this.#due)
    clearTimeout(this.#busy)
  }

  #send(isQuiet: boolean, isExiting: boolean): void {
    const begun = performance.now()
    const report = this.#make(isQuiet, isExiting)
    if (isQuiet && !report.isIdle) this.#host.watchIdle()
    const state = `${isQuiet} ${isExiting} ${report.isIdle} ${report.isBehind} ${report.commands}`
    const isNews =
      state !== this.#toldState || report.stages.length + report.edges.length + report.links.length > 0
    if (isNews) this.#host.send(report)
    this.#toldState = state
    this.#lastAt = performance.now()
    this.#rest = Math.max(REST_MS, (this.#lastAt - begun) / MAX_SHARE)
  }

  #make(isQuiet: boolean, isExiting: boolean): Report {
    const { stages, edges, parked } = this.#placement
    const placed = [...edges.values()]
    const waits = isExiting || this.#host.isEntering || stages.some(({ isWaiting }) => isWaiting)
    return {
      isQuiet,
      isExiting,
      isIdle: !waits || this.#isIdle,
      isBehind: this.#placement.isBehind,
      commands: this.#host.commands,
      stages: this.#news(
        'stage',
        stages.map((stage) => stageReport(stage, this.#indexOf)),
      ),
      edges: this.#news(
        'edge',
        placed.filter(({ edge }) => !(edge instanceof InboundEdge)).map((it) => edgeReport(it, parked)),
      ),
      links: this.#news('link', placed.flatMap(linkReport)),
      heapBytes: getHeapStatistics().used_heap_size,
    }
  }

  #news<One extends { readonly index: number }>(kind: string, all: readonly One[]): One[] {
    return all.filter((one) => {
      const key = `${kind} ${one.index}`
      const text = JSON.stringify(one)
      if (this.#told.get(key) === text) return false
      this.#told.set(key, text)
      return true
    })
  }
}

function stageReport(stage: Stage, indexOf: ReadonlyMap<Edge, number>): StageReport {
  const { plan, activations, processingMs, records, inlet, outlet, leftover, isDone, isWaiting } = stage
  const wanted = isDone ? [] : stage.wanted.flatMap((edge) => indexOf.get(edge) ?? [])
  const { joined, unmatched } = inlet
  const { copied, unread, left } = outlet
  const counts = { joined, unmatched, copied, unread, left, leftover, heldItems: stage.heldItems }
  const { since, ...time } = stage.stageClock.last
  const booked = { time, sinceMs: machineMs(since), state: stage.stageClock.state }
  const waitsFor = isWaiting ? stage.waitsFor : undefined
  const now = { isDone, isWaiting, waitsFor, wanted }
  return { index: plan.index, activations, processingMs, ...booked, records, ...counts, ...now }
}

function edgeReport({ place, edge }: PlacedEdge, parked: ReadonlySet<Edge>): EdgeReport {
  const { items, bytes, peakItems, sent, sentBytes, dropped, abandoned, capacityItems, ended, closed } = edge
  const counts = { items, bytes, peakItems, sent, sentBytes, dropped, abandoned, capacityItems }
  const { capacityBytes, blockedMs, blockedAt } = edge
  const blockedSinceMs = blockedAt === undefined ? undefined : machineMs(blockedAt)
  const bounds = { capacityBytes, blockedMs, blockedSinceMs, waits: edge.waits?.figures }
  return { index: place.index, ...counts, ...bounds, ended, closed, parked: parked.has(edge) }
}

function linkReport({ edge }: PlacedEdge): LinkReport[] {
  if (!(edge instanceof InboundEdge || edge instanceof OutboundEdge)) return []
  const { index, forward, back, closed } = edge
  return [{ index, forward, back, closed, abandoned: edge instanceof InboundEdge ? edge.abandoned : 0 }]
}
