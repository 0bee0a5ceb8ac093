/**
 * Edges whose writer lives in a part, as the caller's thread sees them: `MirrorEdge`, whose reader lives in a part, too,
 * and `ReceivedEdge`, whose reader is here. Made by `PartsPlacement`.
 *
 * Their figures come with the reports of the writer's part; to grow or to end them is an order to it. Once all parts
 * are quiet the figures are exact, and core's search for stalls runs on them as on any edge.
 */

import type { EdgeStats } from '@millrace/core'
import { Edge, type EdgePlace, Histogram, localMs, Stage } from '@millrace/core/engine'
import { InboundEdge } from './inbound-edge.ts'
import type { Post } from './outbound-edge.ts'
import type { EdgeReport } from './protocol.ts'

/** What an edge asks of the run. */
export interface EdgeOwner {
  /** Has the host of the edge's writer double its bounds. */
  grow(edge: number): void
  /** Has the host of the edge's writer end it. */
  dry(edge: number): void
  /** What was known of the whole run is out of date. */
  touch(): void
}

/** An edge that is fed by reports. */
export interface ReportedEdge {
  apply(report: EdgeReport): void
}

/** An edge between two stages of parts: its figures, without its items. */
export class MirrorEdge extends Edge implements ReportedEdge {
  readonly index: number
  readonly #place: EdgePlace
  readonly #owner: EdgeOwner
  readonly #held = new HeldBack()
  #atWriter = 0
  #atReader = 0

  constructor(
    index: number,
    place: EdgePlace,
    owner: EdgeOwner,
    ...args: ConstructorParameters<typeof Edge>
  ) {
    super(...args)
    this.index = index
    this.#place = place
    this.#owner = owner
  }

  apply(report: EdgeReport): void {
    if (isOver(this) && !isOver(report)) return
    const { items, bytes, peakItems, sent, dropped, capacityItems, ended, closed, abandoned, parked } = report
    Object.assign(this, { items, bytes, peakItems, sent, dropped, capacityItems, ended, closed })
    this.sentBytes = report.sentBytes
    this.#held.apply(this, report)
    const gone = abandoned - this.#atWriter
    this.#atWriter = abandoned
    this.abandoned += countUnmatched(this, this.#place, gone)
    if (parked) this.park(Number.NaN)
    else super.unpark()
  }

  /** Items that the reader held when it closed. */
  applyReader(abandoned: number): void {
    this.abandoned += abandoned - this.#atReader
    this.#atReader = abandoned
  }

  /** Only the writer's host knows when there is room. */
  override unpark(): void {}

  override room(): number {
    return 0
  }

  override grow(): void {
    this.capacityItems *= 2
    super.unpark()
    this.#owner.grow(this.index)
  }

  override end(): void {
    this.#owner.dry(this.index)
  }
}

/** An edge from a part to a stage, or to a reader of the run's output, on the caller's thread. */
export class ReceivedEdge extends InboundEdge implements ReportedEdge {
  readonly #place: EdgePlace
  readonly #owner: EdgeOwner
  readonly #held = new HeldBack()
  #atWriter: EdgeReport | undefined

  constructor(
    index: number,
    place: EdgePlace,
    owner: EdgeOwner,
    post: Post,
    ...args: ConstructorParameters<typeof Edge>
  ) {
    super(index, post, ...args)
    this.#place = place
    this.#owner = owner
  }

  override consume(count: number): void {
    super.consume(count)
    this.#owner.touch()
    this.#closeIfRead()
  }

  override receive(message: Parameters<InboundEdge['receive']>[0]): void {
    super.receive(message)
    this.#closeIfRead()
  }

  /** A stage closes its edges when it ends; a reader outside of the graph does not, and the part would wait for it. */
  #closeIfRead(): void {
    if (this.isDrained && !(this.reader instanceof Stage)) this.close()
  }

  apply(report: EdgeReport): void {
    if (this.#atWriter !== undefined && isOver(this.#atWriter) && !isOver(report)) return
    const gone = report.abandoned - (this.#atWriter?.abandoned ?? 0)
    this.#atWriter = report
    this.sent = report.sent
    this.sentBytes = report.sentBytes
    this.dropped = report.dropped
    this.#held.apply(this, report)
    this.capacityItems = report.capacityItems
    this.abandoned += countUnmatched(this, this.#place, gone)
    if (report.parked) this.park(Number.NaN)
    else super.unpark()
  }

  override unpark(): void {}

  override room(): number {
    return 0
  }

  override grow(): void {
    this.capacityItems *= 2
    super.unpark()
    this.#owner.grow(this.index)
  }

  override end(): void {
    this.#owner.dry(this.index)
  }

  override stats(at?: number): EdgeStats {
    const { items, peakItems, bytes, sent, dropped } = this.#atWriter ?? this
    const stats = super.stats(at)
    const fill = Math.min(1, Math.max(items / stats.capacityItems, bytes / stats.capacityBytes))
    return { ...stats, items, peakItems, bytes, fill, sent, dropped }
  }
}

/** Nothing more is sent. A writer that was lost after that gives again what it gave, and ends as it did: its figures stay. */
export function isOver({ ended, closed }: Pick<EdgeReport, 'ended' | 'closed'>): boolean {
  return ended || closed
}

/** For how long an edge has held its writer back, as the writer's host says: one that was lost begins to count again. */
export class HeldBack {
  #told: Pick<EdgeReport, 'blockedMs' | 'waits'> = { blockedMs: 0, waits: undefined }
  /** What hosts that were lost had told last. */
  #beforeMs = 0
  readonly #before = new Histogram()

  apply(edge: Edge, report: EdgeReport): void {
    const { capacityBytes, blockedMs, blockedSinceMs, waits } = report
    if (blockedMs < this.#told.blockedMs || (waits?.count ?? 0) < (this.#told.waits?.count ?? 0)) {
      this.#beforeMs += this.#told.blockedMs
      if (this.#told.waits !== undefined) this.#before.merge(this.#told.waits)
    }
    this.#told = report
    edge.capacityBytes = capacityBytes
    edge.blockedMs = this.#beforeMs + blockedMs
    edge.blockedAt = blockedSinceMs === undefined ? undefined : localMs(blockedSinceMs)
    if (waits === undefined && this.#before.count === 0) return
    edge.waits = new Histogram()
    edge.waits.merge(this.#before.figures)
    if (waits !== undefined) edge.waits.merge(waits)
  }
}

/** A stage's count of items left over, as its inlet keeps it. */
interface Unmatched {
  unmatched: number
}

/** Items abandoned on the way to a term that makes rows are unmatched. Returns how many are left to count. */
export function countUnmatched(edge: Edge, { to }: EdgePlace, abandoned: number): number {
  const makesRows = to?.rows === true && to.leaf.kernel().kind !== 'merge'
  if (!makesRows || !(edge.reader instanceof Stage)) return abandoned
  ;(edge.reader.inlet as Unmatched).unmatched += abandoned
  return 0
}
