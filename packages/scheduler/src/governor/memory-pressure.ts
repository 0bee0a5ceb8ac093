/**
 * `MemoryPressure`: how near the process is to its memory limit, and what is made smaller because of it: batches first,
 * then the number of workers, before anything fails. Asked by crews and placements as tasks come and replies arrive.
 *
 * It never ends anything by itself, and no timer looks: where no task comes, nothing grows.
 */

import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'

/** Reads what share of the memory limit is in use: 0 for nothing, 1 for all. */
export type MemoryGauge = () => number

/** Above this share things get smaller, a step at each look ... */
const HIGH = 0.85
/** ... and below this one larger again. In between they stay. */
const LOW = 0.75
const LOOK_MS = 100
/** So many times batches are halved before there are fewer workers. */
const BATCH_STEPS = 4
/** Workers fewer at most. */
const WORKER_STEPS = 64

/** Follows the gauge. */
export class MemoryPressure {
  readonly #gauge: MemoryGauge
  readonly #now: () => number
  #lookedAt = Number.NEGATIVE_INFINITY
  #share = 0
  #steps = 0
  /** The least that each worker's heap was filled since the last look: what is more may be garbage. */
  readonly #heaps = new Map<number, number>()

  /** `now` in ms, on any clock. */
  constructor(gauge: MemoryGauge = readMemory, now: () => number = () => performance.now()) {
    this.#gauge = gauge
    this.#now = now
  }

  /** A worker's heap was filled by this share of its limit. */
  noteHeap(worker: number, share: number): void {
    this.#heaps.set(worker, Math.min(share, this.#heaps.get(worker) ?? share))
  }

  /** Looks at the gauge, unless that was a moment ago. */
  look(): void {
    const now = this.#now()
    if (now - this.#lookedAt < LOOK_MS) return
    this.#lookedAt = now
    this.#share = Math.max(this.#gauge(), ...this.#heaps.values())
    this.#heaps.clear()
    if (this.#share > HIGH) this.#steps = Math.min(this.#steps + 1, BATCH_STEPS + WORKER_STEPS)
    else if (this.#share < LOW) this.#steps = Math.max(this.#steps - 1, 0)
  }

  /** The share of the limit in use, while something is smaller because of it. */
  get share(): number | undefined {
    return this.#steps > 0 ? this.#share : undefined
  }

  /** What batches are to be multiplied by. */
  get batchFactor(): number {
    return 2 ** -Math.min(this.#steps, BATCH_STEPS)
  }

  /** How many of so many workers there should be: one at least. */
  limit(workers: number): number {
    return Math.max(Math.min(1, workers), workers - Math.max(0, this.#steps - BATCH_STEPS))
  }
}

/** The process's memory beside what it may have, and this thread's heap beside its limit; the worse of the two. */
export function readMemory(): number {
  const rss = process.memoryUsage.rss()
  const constrained = process.constrainedMemory()
  // without a limit the system says a number that no machine has
  const isConstrained = constrained > 0 && constrained < 2 ** 52
  const limit = isConstrained ? constrained : rss + process.availableMemory()
  const { used_heap_size: used, heap_size_limit: heapLimit } = getHeapStatistics()
  return Math.max(rss / limit, used / heapLimit)
}

let own: MemoryPressure | undefined

/** This thread's view of the process's memory. */
export function memoryPressure(): MemoryPressure {
  own ??= new MemoryPressure()
  return own
}
