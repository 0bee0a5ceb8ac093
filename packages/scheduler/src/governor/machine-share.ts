/**
 * `MachineShare`: how many workers this program may have beside the other programs of this user on this machine. Asked by
 * crews as tasks come.
 *
 * All have the same share of the machine's threads, one at least, so that programs that begin together end together. Nothing
 * is waited for and no work is taken away: a crew that is too large loses workers that have nothing to do. No timer looks:
 * where no task comes, nothing grows.
 */

import { performance } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'
import { CpuPressure } from './cpu-pressure.ts'
import { MachineBoard, type Program } from './machine-board.ts'
import { usableProcessors } from './processors.ts'

/** What this program has of the machine. */
export interface Share {
  /** Workers that it may have. */
  readonly threads: number
  /** Other programs that have workers. */
  readonly others: readonly Program[]
}

/** Threads of all programs for each processor: workers of I/O-bound terms wait more than they work. */
const THREADS_PER_PROCESSOR = 4
/** The same while more wants to run than there are processors. */
const THREADS_UNDER_PRESSURE = 2
/** Programs that have come, or gone, are seen after so long. */
const LOOK_MS = 250

/** What is asked and told; tests have stand-ins. */
export interface MachineAround {
  readonly board: Pick<MachineBoard, 'put' | 'remove' | 'others'>
  readonly pressure: Pick<CpuPressure, 'look'>
  readonly processors: number
  /** In ms, on any clock. */
  readonly now: () => number
}

/** Follows the board. */
export class MachineShare {
  readonly #around: MachineAround
  readonly #crews = new Map<object, number>()
  #lookedAt = Number.NEGATIVE_INFINITY
  #others: readonly Program[] = []
  #isCrowded = false

  constructor(around: Partial<MachineAround> = {}) {
    this.#around = {
      board: around.board ?? new MachineBoard(),
      pressure: around.pressure ?? new CpuPressure(),
      processors: around.processors ?? usableProcessors(),
      now: around.now ?? (() => performance.now()),
    }
  }

  /** A crew that is in use has so many workers now. */
  put(crew: object, threads: number): void {
    if (this.#crews.get(crew) === threads) return
    this.#crews.set(crew, threads)
    this.#around.board.put(this.#sum)
  }

  /** The crew is in use no more. */
  remove(crew: object): void {
    if (!this.#crews.delete(crew)) return
    if (this.#crews.size === 0) this.#around.board.remove()
    else this.#around.board.put(this.#sum)
  }

  get #sum(): number {
    return [...this.#crews.values()].reduce((sum, threads) => sum + threads, 0)
  }

  /** Looks at the board, unless that was a moment ago. */
  look(): void {
    const { board, pressure, now } = this.#around
    if (now() - this.#lookedAt < LOOK_MS) return
    this.#lookedAt = now()
    this.#others = board.others()
    // alone, one may have the whole machine, however much it is asked for
    this.#isCrowded = this.#others.length > 0 && pressure.look()
  }

  /** How many of so many workers there should be: one at least. */
  limit(workers: number): number {
    if (this.#others.length === 0) return workers
    return Math.min(workers, this.share.threads)
  }

  get share(): Share {
    const perProcessor = this.#isCrowded ? THREADS_UNDER_PRESSURE : THREADS_PER_PROCESSOR
    const all = this.#around.processors * perProcessor
    return { threads: Math.max(1, Math.floor(all / (this.#others.length + 1))), others: this.#others }
  }
}

let own: MachineShare | undefined

/** This process's share; `undefined` in a worker, whose runs have what their process has. */
export function machineShare(): MachineShare | undefined {
  if (!isMainThread) return undefined
  own ??= new MachineShare()
  return own
}
