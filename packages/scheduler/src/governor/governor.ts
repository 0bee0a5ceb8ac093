/**
 * `Governor`: grants threads out of one budget per process, so that runs, however they nest, never have more.
 *
 * The counts lie in shared memory that workers inherit: a run inside a worker asks the same governor, without
 * a message. A lease is never waited for; who gets less than wanted makes do with it, down to nothing.
 */

import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'
import type { Health } from '@millrace/core'
import { healthOf } from './health.ts'
import { usableProcessors } from './processors.ts'

const KEY = 'millrace.governor'
/** Each counter has a cache line of its own: neighbours that several threads write slow each other down. */
const LINE = 16
const BUDGET = 0
const USED = LINE
const PEAK = 2 * LINE
const REFUSED = 3 * LINE
const LOST = 4 * LINE
const DENIED = 5 * LINE
const MISSING = 6 * LINE
const ACTIVATIONS = 7 * LINE
const CELLS = 8 * LINE

/** What can be wrong with a thread: the machine refused to create it, or it died. */
export type ThreadError = 'refused' | 'lost'

/** Threads per processor at most, over all runs: workers of I/O-bound terms wait more than they work. */
const THREADS_PER_PROCESSOR = 4

/** Threads granted to a run or a pool. */
export interface Lease {
  readonly threads: number
  /** Gives back all or some of the threads. Idempotent. */
  release(threads?: number): void
}

/** Grants threads. One per process; see `governor`. */
export class Governor {
  readonly #cells: Int32Array
  /** Those who keep idle threads for later. */
  readonly #keepers = new Set<(wanted: number) => void>()

  constructor(cells: Int32Array) {
    this.#cells = cells
  }

  /** A governor over so many threads, all free. */
  static over(budget: number): Governor {
    const cells = new Int32Array(new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT))
    cells[BUDGET] = budget
    return new Governor(cells)
  }

  /** Threads at most, over all runs of the process. */
  get budget(): number {
    return Atomics.load(this.#cells, BUDGET)
  }

  set budget(threads: number) {
    Atomics.store(this.#cells, BUDGET, threads)
  }

  /** Threads granted now. */
  get used(): number {
    return Atomics.load(this.#cells, USED)
  }

  /** Most threads in use at the same time so far. */
  get peak(): number {
    return Atomics.load(this.#cells, PEAK)
  }

  /** Threads that could not be created, or died, so far. */
  get errors(): number {
    return Atomics.load(this.#cells, REFUSED) + Atomics.load(this.#cells, LOST)
  }

  /** Counts a thread that could not be created, or died. */
  countError(cause: ThreadError): void {
    Atomics.add(this.#cells, cause === 'refused' ? REFUSED : LOST, 1)
  }

  /** Counts a task that a thread has done. */
  countActivation(): void {
    Atomics.add(this.#cells, ACTIVATIONS, 1)
  }

  /** So many more threads (or fewer, below 0) are wanted than there are. */
  countMissing(more: number): void {
    if (more !== 0) Atomics.add(this.#cells, MISSING, more)
  }

  /** How well off the process is for threads, over all runs, in all of its threads. */
  get health(): Health {
    const [used, missing, activations, denied, refused, lost] = [
      USED,
      MISSING,
      ACTIVATIONS,
      DENIED,
      REFUSED,
      LOST,
    ].map((cell) => Atomics.load(this.#cells, cell)) as [number, number, number, number, number, number]
    return healthOf({ wanted: used + missing, had: used, activations, denied, refused, lost })
  }

  /** `giveBack` is called when a lease comes out short by so many: idle threads kept for later go first. */
  onShortage(giveBack: (wanted: number) => void): void {
    this.#keepers.add(giveBack)
  }

  /** Grants up to `wanted` threads: what is free now, maybe none. */
  lease(wanted: number): Lease {
    for (const giveBack of this.#keepers) {
      const short = wanted - (this.budget - this.used)
      if (short > 0) giveBack(short)
    }
    let granted = 0
    for (;;) {
      const used = this.used
      granted = Math.max(0, Math.min(wanted, this.budget - used))
      if (Atomics.compareExchange(this.#cells, USED, used, used + granted) === used) break
    }
    if (granted < wanted) Atomics.add(this.#cells, DENIED, 1)
    this.#raisePeak()
    let left = granted
    return {
      threads: granted,
      release: (threads = left) => {
        const back = Math.min(threads, left)
        left -= back
        Atomics.sub(this.#cells, USED, back)
      },
    }
  }

  #raisePeak(): void {
    for (;;) {
      const [peak, used] = [this.peak, this.used]
      if (used <= peak || Atomics.compareExchange(this.#cells, PEAK, peak, used) === peak) return
    }
  }

  /** What a worker needs to join this governor. */
  get shared(): Int32Array {
    return this.#cells
  }
}

let own: Governor | undefined

/** The process's governor; the same one in all of its threads. */
export function governor(): Governor {
  if (own === undefined) {
    const inherited = getEnvironmentData(KEY) as Int32Array | undefined
    // a worker process cannot see who has how many threads: runs in it get none
    const isWorkerProcess = process.env['TINYPOOL_WORKER_ID'] !== undefined
    const budget = isWorkerProcess ? 0 : usableProcessors() * THREADS_PER_PROCESSOR
    own = inherited === undefined ? Governor.over(budget) : new Governor(inherited)
    setEnvironmentData(KEY, own.shared)
  }
  return own
}
