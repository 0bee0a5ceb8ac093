/**
 * `SharedPool`: the workers of the strategy `pool`, and the queue in front of them. Called by `RemotePlacement`.
 *
 * A worker that cannot be started makes the pool smaller, never a task fail: the task waits for the workers there
 * are, and with none at all the caller is told to run it itself. The missing ones are asked for again later.
 */

import type { Answer, TaskMaker, WorkerHandle } from '../remote/dispatcher.ts'
import type { CallLimits } from '../remote/hang-watch.ts'
import { type CrewOptions, isStartFailure, SharedCrew } from '../remote/shared-crew.ts'
import { PoolWorker, type WorkerOptions } from './pool-worker.ts'

/** What runs must agree in to share a pool. */
export interface PoolOptions extends WorkerOptions, CrewOptions {}

/** Somebody who waits for a worker: for one of his own, or for any. */
interface Waiting {
  readonly wanted: PoolWorker | undefined
  readonly resolve: (worker: PoolWorker | undefined) => void
}

/** Workers and the tasks that wait for one. */
export class SharedPool extends SharedCrew<PoolWorker> {
  readonly #options: PoolOptions
  readonly #idle: PoolWorker[] = []
  /** Those who wait for a worker, in the order in which they came. */
  readonly #waiting: Waiting[] = []

  constructor(options: PoolOptions) {
    super(options)
    this.#options = options
  }

  /** Threads are started when they are first needed. */
  protected override hire(): PoolWorker {
    let kept = 0
    for (const { isKept } of this.workers) if (isKept) kept++
    const isKept = kept < this.#options.minWorkers
    const worker = new PoolWorker(this.#options, isKept, (error) => this.countLoss(error))
    this.#idle.push(worker)
    return worker
  }

  protected override dismiss(worker: PoolWorker): void {
    worker.end()
    const at = this.#idle.indexOf(worker)
    if (at >= 0) this.#idle.splice(at, 1)
    for (const waiting of this.#waiting.splice(0)) {
      if (this.size === 0 || waiting.wanted === worker) waiting.resolve(undefined)
      else this.#waiting.push(waiting)
    }
  }

  /** The one used longest ago of those without a task; a state it may have is restored elsewhere. */
  protected override findSpare(): PoolWorker | undefined {
    return this.#idle.find(({ isKept }) => !isKept) ?? this.#idle[0]
  }

  override restartsOf(thread: number): number {
    for (const worker of this.workers) {
      const restarts = worker.restartsOf(thread)
      if (restarts !== undefined) return restarts
    }
    return 0
  }

  /**
   * Runs a task, on the given worker or on any. Resolves with `undefined` if there is no worker that can run it. Rejects
   * if the worker died of it, or when `signal` aborts, which ends the worker.
   */
  protected override async assign(
    makeTask: TaskMaker,
    signal: AbortSignal,
    wanted: WorkerHandle | undefined,
    limitsMs: CallLimits | undefined,
  ): Promise<Answer | undefined> {
    this.#serve()
    for (;;) {
      const worker = await this.#take(wanted as PoolWorker | undefined)
      if (worker === undefined) return undefined
      let isUsable = true
      try {
        const running = worker.run(makeTask, signal, limitsMs)
        this.#countAlive()
        const reply = await running
        // the thread runs, but not the helper thread that loads TypeScript there
        isUsable = reply.kind !== 'failed' || !isStartFailure(reply.error)
        if (isUsable) return { reply, worker }
      } catch (error) {
        if (!isStartFailure(error)) throw error
        isUsable = false
      } finally {
        if (isUsable) this.#give(worker)
        else {
          this.onRefused()
          this.drop(worker)
        }
      }
    }
  }

  /** Workers hired by now go to those who wait before they go to this task. */
  #serve(): void {
    while (this.#idle.length > 0) {
      const at = this.#waiting.findIndex(({ wanted }) => wanted === undefined)
      if (at < 0) return
      this.#waiting.splice(at, 1)[0]?.resolve(this.#idle.pop())
    }
  }

  /** Waits for a worker; `undefined` if the pool has none at all, or not the one that is wanted. */
  #take(wanted: PoolWorker | undefined): Promise<PoolWorker | undefined> | PoolWorker | undefined {
    if (this.size === 0 || (wanted !== undefined && !this.has(wanted))) return undefined
    // the one used last: its caches are warm, and the others may end
    const at = wanted === undefined ? this.#idle.length - 1 : this.#idle.indexOf(wanted)
    const [worker] = at < 0 ? [] : this.#idle.splice(at, 1)
    return worker ?? new Promise((resolve) => this.#waiting.push({ wanted, resolve }))
  }

  #give(worker: PoolWorker): void {
    if (!this.has(worker)) return // the pool was closed meanwhile
    // who waits for this one has nobody else
    const own = this.#waiting.findIndex(({ wanted }) => wanted === worker)
    const at = own >= 0 ? own : this.#waiting.findIndex(({ wanted }) => wanted === undefined)
    if (at < 0) this.#idle.push(worker)
    else this.#waiting.splice(at, 1)[0]?.resolve(worker)
  }

  #countAlive(): void {
    let alive = 0
    for (const worker of this.workers) if (worker.isAlive) alive++
    this.peak = Math.max(this.peak, alive)
  }
}
