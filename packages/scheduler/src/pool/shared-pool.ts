/**
 * `SharedPool`: the workers that all runs of a process share, and the queue in front of them. Called by
 * `PoolPlacement`.
 *
 * A worker that cannot be started makes the pool smaller, never a task fail: the task waits for the workers there
 * are, and with none at all the caller is told to run it itself. The next run asks for the missing ones again.
 */

import { isMainThread } from 'node:worker_threads'
import { governor, type Lease } from '../governor/governor.ts'
import type { Answer, TaskMaker, WorkerHandle } from '../remote/dispatcher.ts'
import type { Crew } from '../remote/remote-placement.ts'
import { PoolWorker, type WorkerOptions } from './pool-worker.ts'

/** What runs must agree in to share a pool. */
export interface PoolOptions extends WorkerOptions {
  readonly workers: number
}

/** Somebody who waits for a worker: for one of his own, or for any. */
interface Waiting {
  readonly wanted: PoolWorker | undefined
  readonly resolve: (worker: PoolWorker | undefined) => void
}

/** How long an unused pool stays in a worker at most. */
const NESTED_STAY_MS = 1000

const pools = new Map<string, SharedPool>()

/** A pool with these options: the one in use, or a new one. Give it back with `release`. */
export function acquirePool(options: PoolOptions): SharedPool {
  const key = JSON.stringify(options)
  let pool = pools.get(key)
  if (pool === undefined) {
    pool = new SharedPool(options, () => pools.delete(key))
    pools.set(key, pool)
  }
  // an idle pool that others keep for later must not leave this run without threads
  for (const other of pools.values()) if (other !== pool && other.isUnused) other.close()
  pool.acquire()
  return pool
}

/** Workers, the threads leased for them, and the tasks that wait for one. */
export class SharedPool implements Crew {
  readonly #options: PoolOptions
  readonly #onClosed: () => void
  /** A lease per worker, so that each can be given back by itself. */
  readonly #workers = new Map<PoolWorker, Lease>()
  readonly #idle: PoolWorker[] = []
  /** Those who wait for a worker, in the order in which they came. */
  readonly #waiting: Waiting[] = []
  #users = 0
  #closing: NodeJS.Timeout | undefined
  /** Workers that could not be started, or died. */
  errors = 0
  /** Most workers at the same time. */
  peak = 0

  constructor(options: PoolOptions, onClosed: () => void) {
    this.#options = options
    this.#onClosed = onClosed
  }

  /** Workers at most; 0 means that the caller must do the work itself. */
  get size(): number {
    return this.#workers.size
  }

  /** Whether no run uses the pool now. */
  get isUnused(): boolean {
    return this.#users === 0
  }

  /** Takes part in the pool, and sees that it has the workers it should, as far as threads are free. */
  acquire(): void {
    this.#users++
    clearTimeout(this.#closing)
    this.#closing = undefined
    while (this.size < this.#options.workers) {
      const lease = governor().lease(1)
      if (lease.threads === 0) break
      const worker = new PoolWorker(this.#options, () => this.countError())
      this.#workers.set(worker, lease)
      this.#give(worker)
    }
  }

  /**
   * The pool stays for a while, for the next run; its idle threads do not keep the process alive. In a worker it stays
   * for a shorter while than the worker itself, which could not give its threads back once it has ended.
   */
  release(): void {
    if (--this.#users > 0) return
    const { idleTimeoutMs } = this.#options
    const stayMs = isMainThread ? idleTimeoutMs : Math.min(idleTimeoutMs / 2, NESTED_STAY_MS)
    this.#closing = setTimeout(() => this.close(), stayMs).unref()
  }

  /** Ends all workers and gives their threads back. */
  close(): void {
    clearTimeout(this.#closing)
    this.#onClosed()
    for (const [worker, lease] of this.#workers) {
      worker.end()
      lease.release()
    }
    this.#workers.clear()
    this.#idle.length = 0
  }

  /**
   * Runs a task, on the given worker or on any. Resolves with `undefined` if there is no worker that can run it. Rejects
   * if the worker died of it, or is not in the pool any more, or when `signal` aborts, which ends the worker.
   */
  async run(makeTask: TaskMaker, signal: AbortSignal, wanted?: WorkerHandle): Promise<Answer | undefined> {
    for (;;) {
      const worker = await this.#take(wanted as PoolWorker | undefined)
      if (worker === undefined) return undefined
      let isUsable = true
      try {
        const running = worker.run(makeTask, signal)
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
        else this.#drop(worker)
      }
    }
  }

  /** Waits for a worker; `undefined` if the pool has none at all, or not the one that is wanted. */
  #take(wanted: PoolWorker | undefined): Promise<PoolWorker | undefined> | PoolWorker | undefined {
    if (this.size === 0 || (wanted !== undefined && !this.#workers.has(wanted))) return undefined
    // the one used last: its caches are warm, and the others may end
    const at = wanted === undefined ? this.#idle.length - 1 : this.#idle.indexOf(wanted)
    const [worker] = at < 0 ? [] : this.#idle.splice(at, 1)
    return worker ?? new Promise((resolve) => this.#waiting.push({ wanted, resolve }))
  }

  #give(worker: PoolWorker): void {
    if (!this.#workers.has(worker)) return // the pool was closed meanwhile
    // who waits for this one has nobody else
    const own = this.#waiting.findIndex(({ wanted }) => wanted === worker)
    const at = own >= 0 ? own : this.#waiting.findIndex(({ wanted }) => wanted === undefined)
    if (at < 0) this.#idle.push(worker)
    else this.#waiting.splice(at, 1)[0]?.resolve(worker)
  }

  /** One worker less than hoped for. The others go on. */
  #drop(worker: PoolWorker): void {
    this.countError()
    worker.end()
    this.#workers.get(worker)?.release()
    this.#workers.delete(worker)
    for (const waiting of this.#waiting.splice(0)) {
      if (this.size === 0 || waiting.wanted === worker) waiting.resolve(undefined)
      else this.#waiting.push(waiting)
    }
  }

  #countAlive(): void {
    let alive = 0
    for (const worker of this.#workers.keys()) if (worker.isAlive) alive++
    this.peak = Math.max(this.peak, alive)
  }

  /** Counts a worker that was lost. */
  countError(): void {
    this.errors++
    governor().countError()
  }
}

function isStartFailure(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === 'ERR_WORKER_INIT_FAILED'
}
