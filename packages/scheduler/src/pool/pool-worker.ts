/**
 * `PoolWorker`: one worker, a tinypool of a single thread or process, and one task at a time. Called by `SharedPool`.
 *
 * A tinypool of one, because tinypool leaves tasks that wait in its own queue unanswered when a worker dies, and
 * because it does not notice a thread that ends without an error. Here a task always settles: with its reply, or
 * with what became of its worker; the next task then gets a new one.
 */

import { fileURLToPath } from 'node:url'
import { MillraceError } from '@millrace/core'
import { Tinypool } from 'tinypool'
import { builtFile } from '../built-file.ts'
import type { TaskMaker } from '../remote/dispatcher.ts'
import { type CallLimits, exceededLimit, watchLimits } from '../remote/hang-watch.ts'
import { isStartFailure } from '../remote/shared-crew.ts'
import { WorkerDeath } from '../remote/worker-death.ts'
import { noteWorker } from '../threads/live-workers.ts'
import { handOverModules } from '../typescript/known-modules.ts'
import type { Reply } from '../worker/protocol.ts'
import { makePoolBeacon, type PoolBeacon } from './pool-beacon.ts'

/** What workers are started with. */
export interface WorkerOptions {
  readonly isolation: 'thread' | 'process'
  readonly idleTimeoutMs: number
  readonly heapLimitMb: number | undefined
}

const ENTRY = fileURLToPath(builtFile('worker/entry.js'))

/** What is used of tinypool's threads: each has a thread or a process. */
interface PoolThread {
  /** Of a process: its number. */
  readonly threadId: number
  readonly thread?: { terminate(): unknown }
  readonly process?: { kill(signal: 'SIGKILL'): unknown }
  once(event: 'exit', listener: (code: number | null, signal?: string | null) => void): unknown
}

/** A worker that is started when it is first needed, and again after it has died. */
export class PoolWorker {
  readonly #options: WorkerOptions
  readonly isKept: boolean
  readonly #onDied: (error: unknown) => void
  #pool: Tinypool | undefined
  #beacon: PoolBeacon | undefined
  /** Lets the task under way fail; unset while there is none. */
  #fail: ((error: unknown) => void) | undefined

  /** Threads that it has had by id, each with how many were lost before it. */
  readonly #threads = new Map<number, number>()
  #losses = 0

  /** `isKept`: its thread, once started, does not end when idle. `onDied` hears of a death between tasks. */
  constructor(options: WorkerOptions, isKept: boolean, onDied: (error: unknown) => void) {
    this.#options = options
    this.isKept = isKept
    this.#onDied = onDied
  }

  /** Whether there is a thread or process now. */
  get isAlive(): boolean {
    return (this.#pool?.threads.length ?? 0) > 0
  }

  /**
   * Runs one task. Rejects if the worker could not be started, when `signal` ends it, or with a `WorkerDeath` if it died
   * of the task or was ended because a call took longer than its limit.
   */
  async run(makeTask: TaskMaker, signal: AbortSignal, limitsMs: CallLimits | undefined): Promise<Reply> {
    const onAbort = (): void => this.#fail?.(signal.reason)
    const stopLooking = limitsMs && watchLimits(limitsMs, () => this.#endIfHanging())
    try {
      return await new Promise<Reply>((resolve, reject) => {
        this.#fail = reject
        if (signal.aborted) onAbort()
        signal.addEventListener('abort', onAbort, { once: true })
        const pool = this.#start()
        pool.run(makeTask()).then((reply: Reply) => {
          if (reply.kind === 'done') this.#note(reply.worker)
          resolve(reply)
        }, reject)
        for (const thread of threadsOf(pool)) this.#watch(thread, pool)
      })
    } catch (error) {
      this.#losses++
      const isDeath = !signal.aborted && !isStartFailure(error) && !(error instanceof WorkerDeath)
      const death = isDeath ? new WorkerDeath(this.#causeOf(error), { notes: this.#beacon?.read() }) : error
      this.end()
      throw death
    } finally {
      stopLooking?.()
      this.#fail = undefined
      signal.removeEventListener('abort', onAbort)
    }
  }

  #endIfHanging(): void {
    const notes = this.#beacon?.read()
    const timeoutMs = exceededLimit(notes)
    if (timeoutMs === undefined) return
    const cause = new MillraceError('WORKER_ENDED', `A call had not ended after ${timeoutMs} ms.`)
    this.#fail?.(new WorkerDeath(cause, { notes, timeoutMs }))
  }

  /** Of a process tinypool knows no more than that it has ended. */
  #causeOf(error: unknown): unknown {
    return this.#exit === undefined ? error : (this.#beacon?.readError() ?? ended(this.#exit))
  }

  #note(thread: number): void {
    if (!this.#threads.has(thread)) this.#threads.set(thread, this.#losses)
  }

  /** Threads lost before this one; `undefined` if it never was this worker's. */
  restartsOf(thread: number): number | undefined {
    return this.#threads.get(thread)
  }

  readonly #watched = new WeakSet<PoolThread>()

  #watch(thread: PoolThread, pool: Tinypool): void {
    if (this.#watched.has(thread)) return
    this.#watched.add(thread)
    const strikeOff = noteWorker({
      id: thread.threadId,
      isolation: this.#options.isolation,
      kill: () => void (thread.process?.kill('SIGKILL') ?? thread.thread?.terminate()),
    })
    thread.once('exit', (code, signal) => {
      strikeOff()
      if (pool === this.#pool && thread.process !== undefined) this.#exit = signal ?? code ?? undefined
      // an error that ended it comes with an event of its own, and says more
      setImmediate(() => this.#onEnded(thread, pool, signal ?? code ?? undefined))
    })
  }

  /** How the last process ended, if it has. */
  #exit: string | number | undefined

  /** A thread that tinypool ended itself, or heard of, it has no more. One that it still has died unseen. */
  #onEnded(thread: PoolThread, pool: Tinypool, exit: string | number | undefined): void {
    if (pool !== this.#pool) return
    // the file of a process's beacon went with it: the next one begins with another
    if (thread.process !== undefined && this.#fail === undefined) this.end()
    if (!threadsOf(pool).includes(thread)) return
    const error = ended(exit)
    if (this.#fail !== undefined) this.#fail(error)
    else this.#onIdleDeath(error)
  }

  /** The next task would be sent to nobody, and never settle. */
  #onIdleDeath(error: unknown): void {
    this.#losses++
    this.end()
    this.#onDied(error)
  }

  /** Ends the thread. The next task starts another. */
  end(): void {
    const pool = this.#pool
    this.#pool = undefined
    // it may wait for a thread that is gone already, so nobody waits for it
    void pool?.destroy().catch(() => undefined)
    this.#beacon?.close()
    this.#beacon = undefined
    this.#exit = undefined
  }

  #start(): Tinypool {
    if (this.#pool !== undefined) return this.#pool
    const { isolation, idleTimeoutMs, heapLimitMb } = this.#options
    const beacon = makePoolBeacon(isolation)
    handOverModules()
    const pool = new Tinypool({
      filename: ENTRY,
      runtime: isolation === 'process' ? 'child_process' : 'worker_threads',
      minThreads: this.isKept ? 1 : 0,
      maxThreads: 1,
      idleTimeout: idleTimeoutMs,
      // what child processes are sent may be all that can be cloned, not only JSON
      ...(isolation === 'process' ? { serialization: 'advanced' } : {}),
      ...beacon.options,
      // a thread asleep in Atomics.wait would freeze the timers and sockets of its terms
      useAtomics: false,
      ...(heapLimitMb === undefined ? {} : heapOptions(isolation, heapLimitMb)),
    } as ConstructorParameters<typeof Tinypool>[0])
    pool.on('error', (error: unknown) => {
      if (pool !== this.#pool) return
      if (this.#fail === undefined) this.#onIdleDeath(error)
      else this.#fail(error)
    })
    this.#pool = pool
    this.#beacon = beacon
    return pool
  }
}

/** Limits of resources are for threads; a process has a flag. */
function heapOptions(isolation: 'thread' | 'process', heapLimitMb: number): object {
  return isolation === 'thread'
    ? { resourceLimits: { maxOldGenerationSizeMb: heapLimitMb } }
    : { execArgv: [...process.execArgv, `--max-old-space-size=${heapLimitMb}`] }
}

function ended(exit: string | number | undefined): MillraceError {
  const how =
    typeof exit === 'string' ? `: killed by ${exit}` : exit === undefined ? '' : `: exit code ${exit}`
  return new MillraceError('WORKER_ENDED', `The worker ended in the middle of its work${how}.`)
}

function threadsOf(pool: Tinypool): readonly PoolThread[] {
  return pool.threads as unknown as readonly PoolThread[]
}
