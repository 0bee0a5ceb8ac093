/**
 * `SharedPool`: the workers of the strategy `pool`, and the queue in front of them. Called by `RemotePlacement`.
 *
 * A worker that cannot be started makes the pool smaller, never a task fail: the task waits for the workers there
 * are, and with none at all the caller is told to run it itself. The missing ones are asked for again later.
 */

import { isMainThread } from 'node:worker_threads'
import { usableProcessors } from '../governor/processors.ts'
import type { Answer, TaskMaker, WorkerHandle } from '../remote/dispatcher.ts'
import type { CallLimits } from '../remote/hang-watch.ts'
import { type CrewOptions, isStartFailure, SharedCrew } from '../remote/shared-crew.ts'
import { WorkerDeath } from '../remote/worker-death.ts'
import type { LetGoTask, PrepareTask, Reply } from '../worker/protocol.ts'
import { NotRun, PoolWorker, type WorkerOptions } from './pool-worker.ts'

/** What runs must agree in to share a pool. */
export interface PoolOptions extends WorkerOptions, CrewOptions {}

/**
 * More workers than this, or than there are processors, start only once there are tasks for them: a run may have few items,
 * and threads that start side by side on one processor keep each other waiting.
 */
const MAX_PREPARED = 8

/** Somebody who waits for a worker: for one of his own, or for any. */
interface Waiting {
  readonly wanted: PoolWorker | undefined
  /** Is called with a worker that has room, and sends a task at once; or without one if there will be none. */
  readonly serve: (worker: PoolWorker | undefined) => void
}

/** A task that is under way. */
interface UnderWay {
  readonly worker: PoolWorker
  readonly replied: Promise<Reply>
}

/** Workers and the tasks that wait for one. */
export class SharedPool extends SharedCrew<PoolWorker> {
  readonly #options: PoolOptions
  /** The one that was sent a task last comes last. */
  readonly #byUse = new Set<PoolWorker>()
  /** Those who wait for a worker, in the order in which they came. */
  readonly #waiting: Waiting[] = []

  constructor(options: PoolOptions) {
    super(options)
    this.#options = options
  }

  /** Its thread is started by `prepare`, or when it is first needed. */
  protected override hire(): PoolWorker {
    let kept = 0
    for (const { isKept } of this.workers) if (isKept) kept++
    const isKept = kept < this.#options.minWorkers
    const worker = new PoolWorker(this.#options, isKept, {
      onRoom: () => this.#onRoom(),
      onDied: (error) => this.countLoss(error),
    })
    this.#byUse.add(worker)
    return worker
  }

  protected override dismiss(worker: PoolWorker): void {
    this.#byUse.delete(worker)
    worker.end()
    for (const waiting of this.#waiting.splice(0)) {
      if (this.size === 0 || waiting.wanted === worker) waiting.serve(undefined)
      else this.#waiting.push(waiting)
    }
  }

  /** The one used longest ago of those without a task; a state it may have is restored elsewhere. */
  protected override findSpare(): PoolWorker | undefined {
    const idle = [...this.#byUse].filter(({ load }) => load === 0)
    return idle.find(({ isKept }) => !isKept) ?? idle[0]
  }

  /** In a worker, where runs are small and many, threads still wait until they are needed. */
  override async prepare(task: PrepareTask, signal: AbortSignal): Promise<void> {
    if (!isMainThread) return
    const cold = [...this.workers].filter(({ isAlive }) => !isAlive)
    cold.length = Math.min(cold.length, MAX_PREPARED, usableProcessors())
    await Promise.all(cold.map((worker) => this.#prepare(worker, task, signal)))
  }

  async #prepare(worker: PoolWorker, task: PrepareTask, signal: AbortSignal): Promise<void> {
    try {
      const prepared = worker.prepare(task, signal)
      this.#countAlive()
      const reply = await prepared
      if (reply.kind === 'failed' && isStartFailure(reply.error)) this.#refuse(worker)
    } catch (error) {
      // whatever else went wrong the first batch will meet again, and tell
      if (isStartFailure(error)) this.#refuse(worker)
      else if (error instanceof WorkerDeath) this.countLoss(error.cause)
    }
  }

  /** The machine has no thread for it. */
  #refuse(worker: PoolWorker): void {
    this.onRefused()
    this.drop(worker)
  }

  override tellEnd(run: string): void {
    for (const worker of this.workers) worker.tellEnd(run)
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
   * if the worker died of it, or when `signal` aborts.
   */
  protected override async assign(
    makeTask: TaskMaker,
    signal: AbortSignal,
    wanted: WorkerHandle | undefined,
    limitsMs: CallLimits | undefined,
  ): Promise<Answer | undefined> {
    const send = (worker: PoolWorker): UnderWay => {
      this.#byUse.delete(worker)
      this.#byUse.add(worker)
      const replied = worker.run(makeTask, signal, limitsMs, wanted !== undefined)
      this.#countAlive()
      return { worker, replied }
    }
    this.#serve() // workers hired by now go to those who wait before they go to this task
    for (;;) {
      const underWay = await this.#whenFree(wanted as PoolWorker | undefined, send)
      if (underWay === undefined) return undefined
      const { worker, replied } = underWay
      try {
        const reply = await replied
        if (reply.kind !== 'failed' || !isStartFailure(reply.error)) return { reply, worker }
      } catch (error) {
        if (error instanceof NotRun && !this.isUnused) continue
        if (!isStartFailure(error)) throw error
      }
      this.#refuse(worker)
    }
  }

  /** One worker has all of a batch. It stops what it runs of it first; whatever has not begun does not begin. */
  override async letGo(
    task: LetGoTask,
    wanted: WorkerHandle | undefined,
    signal: AbortSignal,
  ): Promise<Reply | undefined> {
    const busy = [...this.workers].find((worker) => worker.isIn(task))
    if (busy !== undefined && !(await busy.askBack(task))) return undefined
    const worker = busy ?? wanted
    return worker && (await this.assign(() => task, signal, worker, undefined))?.reply
  }

  /** Sends a task as soon as a worker has room; not at all if the pool has no worker, or not the one that is wanted. */
  #whenFree(
    wanted: PoolWorker | undefined,
    send: (worker: PoolWorker) => UnderWay,
  ): UnderWay | Promise<UnderWay | undefined> | undefined {
    if (this.size === 0 || (wanted !== undefined && !this.has(wanted))) return undefined
    const free = this.#withRoom(wanted)
    if (free !== undefined) return send(free)
    return new Promise((resolve) =>
      this.#waiting.push({ wanted, serve: (worker) => resolve(worker && send(worker)) }),
    )
  }

  /** The one that is wanted, if it has room; else one without a task, or the one that has had a single task for longest. */
  #withRoom(wanted: PoolWorker | undefined): PoolWorker | undefined {
    if (wanted !== undefined) return wanted.hasRoom ? wanted : undefined
    const roomy = [...this.#byUse].filter(({ hasRoom }) => hasRoom)
    // of those without a task the one used last: its caches are warm, and the others may end
    const free = roomy.filter(({ isFree }) => isFree)
    return free.findLast(({ isAlive }) => isAlive) ?? free.at(-1) ?? roomy[0]
  }

  /** Those who wait for one of their own come first: they have nobody else. */
  #serve(): void {
    if (this.#waiting.length === 0) return
    const own = this.#waiting.filter(({ wanted }) => wanted !== undefined)
    const any = this.#waiting.filter(({ wanted }) => wanted === undefined)
    for (const waiting of [...own, ...any]) {
      const worker = this.#withRoom(waiting.wanted)
      if (worker === undefined) continue
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
      waiting.serve(worker)
    }
  }

  /** A worker has room for a task more. One that has no other takes what waits behind another one's. */
  #onRoom(): void {
    this.#serve()
    for (const { load } of this.#byUse) {
      if (load === 0 && ![...this.#byUse].some((busy) => busy.giveBack())) return
    }
  }

  #countAlive(): void {
    let alive = 0
    for (const worker of this.workers) if (worker.isAlive) alive++
    this.peak = Math.max(this.peak, alive)
  }
}
