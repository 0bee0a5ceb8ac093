/** `Series`: what the charts draw: points over time, bounded; when there are more, every other one is left out. */

import { isOver, type Moment } from './moment.ts'

/** Points held at most. */
const MAX_POINTS = 600

/** One point of every chart. */
export interface Point {
  /** Seconds since the run began. */
  readonly at: number
  readonly inRate: number
  readonly outRate: number
  readonly queued: number
  readonly callerHeap: number | null
  readonly workerHeap: number | null
  /** Share of the time at work: the caller's thread, then each worker by its id. */
  readonly lanes: ReadonlyMap<string, number>
}

interface WorkerTime {
  readonly elapsedMs: number
  readonly busyMs: ReadonlyMap<number, number>
}

/** The points so far. */
export class Series {
  #points: Point[] = []
  #stride = 1
  #seen = 0
  #before: WorkerTime = { elapsedMs: 0, busyMs: new Map() }

  /** All points held, oldest first. */
  get points(): readonly Point[] {
    return this.#points
  }

  /** Adds the point of a moment. */
  add(moment: Moment): void {
    // the last figures are of the whole run
    if (isOver(moment.frame)) return
    const point = this.#pointOf(moment)
    if (this.#seen++ % this.#stride !== 0) return
    this.#points.push(point)
    if (this.#points.length <= MAX_POINTS) return
    this.#stride *= 2
    this.#points = this.#points.filter((_, index) => index % 2 === 0)
  }

  #pointOf({ frame, inRate, outRate, queued }: Moment): Point {
    const { stats, caller } = frame
    const { workers } = stats.threads
    const ms = stats.elapsedMs - this.#before.elapsedMs
    const lanes = new Map<string, number>()
    if (caller !== undefined) lanes.set('caller', caller.busyShare)
    for (const { id, busyMs } of workers) {
      const worked = busyMs - (this.#before.busyMs.get(id) ?? 0)
      lanes.set(`worker ${id}`, ms > 0 ? Math.min(1, Math.max(0, worked / ms)) : 0)
    }
    this.#before = {
      elapsedMs: stats.elapsedMs,
      busyMs: new Map(workers.map(({ id, busyMs }) => [id, busyMs])),
    }
    return {
      at: stats.elapsedMs / 1000,
      inRate,
      outRate,
      queued,
      callerHeap: caller?.heapBytes ?? null,
      workerHeap: workers.length === 0 ? null : workers.reduce((sum, { heapBytes }) => sum + heapBytes, 0),
      lanes,
    }
  }
}
