/**
 * `SharedPool`: one tinypool that all runs of a process share, with the threads leased for it. Called by
 * `PoolPlacement`.
 *
 * tinypool starts a thread when a task finds all others busy. A thread that cannot be started makes the pool
 * smaller, never a task fail: the task waits for the threads there are, and with none at all the caller is told to
 * run it itself.
 */

import { fileURLToPath } from 'node:url'
import { Tinypool } from 'tinypool'
import { governor, type Lease } from '../governor/governor.ts'
import type { Transferred } from '../worker/packed.ts'
import type { Reply } from '../worker/protocol.ts'
import type { TaskMaker } from './pool-host.ts'

/** What runs must agree in to share a pool. */
export interface PoolOptions {
  readonly workers: number
  readonly isolation: 'thread' | 'process'
  readonly idleTimeoutMs: number
  readonly heapLimitMb: number | undefined
}

/** Tests run on the sources, workers on the build: the entry lies beside this file there. */
const ENTRY = fileURLToPath(new URL('../../dist/worker/entry.js', import.meta.url))

const pools = new Map<string, SharedPool>()

/** A pool with these options: the one in use, or a new one. Give it back with `release`. */
export function acquirePool(options: PoolOptions): SharedPool {
  const key = JSON.stringify(options)
  let pool = pools.get(key)
  if (pool === undefined) {
    pool = new SharedPool(options, () => pools.delete(key))
    pools.set(key, pool)
  }
  pool.acquire()
  return pool
}

/** A tinypool and its lease. */
export class SharedPool {
  readonly #options: PoolOptions
  readonly #onClosed: () => void
  readonly #lease: Lease
  #pool: Tinypool | undefined
  #users = 0
  #closing: NodeJS.Timeout | undefined
  /** Threads that could not be started, or died. */
  errors = 0
  /** Most threads at the same time. */
  peak = 0

  constructor(options: PoolOptions, onClosed: () => void) {
    this.#options = options
    this.#onClosed = onClosed
    this.#lease = governor().lease(options.workers)
    this.#size = this.#lease.threads
  }

  /** Threads the pool may have: what was granted, less those that could not be started. */
  #size: number

  /** Workers at most; 0 means that the caller must do the work itself. */
  get size(): number {
    return this.#size
  }

  acquire(): void {
    this.#users++
    clearTimeout(this.#closing)
    this.#closing = undefined
  }

  /** The pool stays for a while, for the next run; its idle threads do not keep the process alive. */
  release(): void {
    if (--this.#users > 0) return
    this.#closing = setTimeout(() => this.#close(), this.#options.idleTimeoutMs).unref()
  }

  #close(): void {
    this.#onClosed()
    this.#lease.release()
    // the threads are idle; an error while they end concerns nobody any more
    void this.#pool?.destroy().catch(() => undefined)
  }

  /**
   * Runs a task. Resolves with `undefined` if there is no worker that can run it. Rejects if the worker died of it, or
   * when `signal` aborts, which ends the worker.
   */
  async run(makeTask: TaskMaker, signal: AbortSignal): Promise<Reply | undefined> {
    while (this.#size > 0) {
      try {
        const transfer: Transferred = []
        const running = this.#tinypool().run(makeTask(transfer), { transferList: transfer as never, signal })
        this.peak = Math.max(this.peak, this.#tinypool().threads.length)
        const reply = (await running) as Reply
        // the thread runs, but not the helper thread that loads TypeScript there
        if (reply.kind !== 'failed' || !isStartFailure(reply.error)) return reply
        this.#shrink()
        return undefined
      } catch (error) {
        if (!isStartFailure(error)) throw error
        this.#shrink()
      }
    }
    return undefined
  }

  /** One thread less than hoped for. The threads there are go on. */
  #shrink(): void {
    this.countError()
    const running = this.#pool?.threads.length ?? 0
    this.#size = Math.max(0, Math.min(this.#size - 1, running))
    if (this.#pool !== undefined) this.#pool.options.maxThreads = Math.max(1, this.#size)
    this.#lease.release(this.#lease.threads - this.#size)
  }

  /** Counts a thread that was lost. */
  countError(): void {
    this.errors++
    governor().countError()
  }

  #tinypool(): Tinypool {
    const { isolation, idleTimeoutMs, heapLimitMb } = this.#options
    this.#pool ??= new Tinypool({
      filename: ENTRY,
      runtime: isolation === 'process' ? 'child_process' : 'worker_threads',
      minThreads: 0,
      maxThreads: this.#size,
      idleTimeout: idleTimeoutMs,
      // a thread asleep in Atomics.wait would freeze the timers and sockets of its terms
      useAtomics: false,
      ...(heapLimitMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapLimitMb } }),
    } as ConstructorParameters<typeof Tinypool>[0])
    return this.#pool
  }
}

function isStartFailure(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === 'ERR_WORKER_INIT_FAILED'
}
