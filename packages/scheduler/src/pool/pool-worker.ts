/**
 * `PoolWorker`: one worker, a tinypool of a single thread or process, which runs one task while the next one waits at its
 * door. Called by `SharedPool`.
 *
 * A tinypool of one, because tinypool leaves tasks that wait in its own queue unanswered when a worker dies, and does not
 * notice a thread that ends without an error. Here a task always settles, also one that waits there while its thread
 * starts: with its reply, or with what became of its worker; the next task then gets a new one.
 */

import { fileURLToPath } from 'node:url'
import { MillraceError } from '@millrace/core'
import { MAX_TIMER_MS } from '@millrace/core/engine'
import { Tinypool } from 'tinypool'
import { builtFile } from '../built-file.ts'
import { ABANDONED_MS } from '../remote/abandoned.ts'
import type { TaskMaker } from '../remote/dispatcher.ts'
import { type CallLimits, exceededLimit, watchLimits } from '../remote/hang-watch.ts'
import { isStartFailure } from '../remote/shared-crew.ts'
import { WorkerDeath } from '../remote/worker-death.ts'
import { requireFreeFiles } from '../threads/free-files.ts'
import { noteWorker } from '../threads/live-workers.ts'
import { workerFlags } from '../threads/worker-flags.ts'
import { handOverModules } from '../typescript/known-modules.ts'
import { TASKS_AT_ONCE } from '../worker/door.ts'
import type { RunEnded } from '../worker/forget.ts'
import type { LetGoTask, PrepareReply, PrepareTask, Reply, SentTask } from '../worker/protocol.ts'
import { makePoolLink, type PoolLink } from './pool-link.ts'

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
  readonly process?: {
    readonly connected: boolean
    kill(signal: 'SIGKILL'): unknown
    send(message: RunEnded, onSent: () => void): unknown
  }
  once(event: 'exit', listener: (code: number | null, signal?: string | null) => void): unknown
}

/** A task that was sent and is not answered. */
interface Sent {
  readonly number: number
  readonly task: SentTask['task']
  /** Called once it is over, with its reply if there is one. */
  onOver: (reply?: Reply | PrepareReply) => void
  /** Whether only this worker can run it. */
  readonly isBound: boolean
  /** Nobody waits for it any more: the worker will pass over it. */
  isTakenBack: boolean
  readonly reject: (reason: unknown) => void
}

/** Why a task got no reply: it did not begin, or not for its own fault. It can be sent to any worker again. */
export class NotRun {}

/** Who hears of a worker. */
export interface PoolHost {
  /** It has room for a task more, or none to do. */
  onRoom(): void
  /** It died between tasks. */
  onDied(error: unknown): void
}

/** A worker that is started when it is first needed, and again after it has died. */
export class PoolWorker {
  readonly #options: WorkerOptions
  readonly isKept: boolean
  readonly #host: PoolHost
  #pool: Tinypool | undefined
  #link: PoolLink | undefined
  /** Oldest first: the worker runs them in this order. */
  #sent: Sent[] = []
  #count = 0
  /** The machine had no thread for it: whoever has it is told, and lets it go. */
  #isRefused = false

  /** Threads that it has had by id, each with how many were lost before it. */
  readonly #threads = new Map<number, number>()
  #losses = 0

  /** `isKept`: its thread, once started, does not end when idle. */
  constructor(options: WorkerOptions, isKept: boolean, host: PoolHost) {
    this.#options = options
    this.isKept = isKept
    this.#host = host
  }

  /** Whether there is a thread or process now. */
  get isAlive(): boolean {
    return (this.#pool?.threads.length ?? 0) > 0
  }

  /** Tasks that it runs or that wait at its door. */
  get load(): number {
    return this.#sent.length
  }

  /** Whether it has nothing to do, but to prepare for what may come. */
  get isFree(): boolean {
    return this.#sent.every(({ task }) => task.kind === 'prepare')
  }

  /** Whether it can be sent a task. A process gets one at a time, since what it was sent cannot be taken back. */
  get hasRoom(): boolean {
    return !this.#isRefused && this.load < (this.#options.isolation === 'process' ? 1 : TASKS_AT_ONCE)
  }

  /**
   * Runs one task, after those sent before it. Rejects if the worker could not be started; when `signal` aborts, a moment
   * after which a worker that is still in the task is ended; with a `WorkerDeath` if the worker died of the task or was
   * ended because a call took longer than its limit; and with `NotRun` if it is to be sent again.
   *
   * @param isBound only this worker can run it
   */
  run(
    makeTask: TaskMaker,
    signal: AbortSignal,
    limitsMs: CallLimits | undefined,
    isBound: boolean,
  ): Promise<Reply> {
    return this.#send(makeTask, signal, limitsMs, isBound)
  }

  /** Starts the worker and has it load a region; as `run`. */
  prepare(task: PrepareTask, signal: AbortSignal): Promise<PrepareReply> {
    return this.#send(() => task, signal, undefined, true)
  }

  async #send<Answer extends Reply | PrepareReply>(
    makeTask: () => SentTask['task'],
    signal: AbortSignal,
    limitsMs: CallLimits | undefined,
    isBound: boolean,
  ): Promise<Answer> {
    if (signal.aborted) throw signal.reason
    const task = makeTask()
    let onAbort = (): void => {}
    const stopLooking = limitsMs && watchLimits(limitsMs, () => this.#endIfHanging())
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const pool = this.#start()
        const number = ++this.#count
        const fail = (reason: unknown): void => {
          sent.onOver()
          reject(reason)
        }
        const sent: Sent = { number, task, onOver: () => {}, isBound, isTakenBack: false, reject: fail }
        this.#sent.push(sent)
        this.#link?.door?.leave(number)
        onAbort = () => this.#abort(sent, signal.reason)
        signal.addEventListener('abort', onAbort, { once: true })
        const onReply = (reply: Answer): void => {
          if (reply.kind === 'done') this.#note(reply.worker)
          // the thread runs, but not the helper thread that loads TypeScript there
          this.#isRefused ||= reply.kind === 'failed' && isStartFailure(reply.error)
          sent.onOver(reply)
          resolve(reply)
          this.#remove(sent)
        }
        const posted = this.#post<Answer>(pool, { number, task, cells: this.#link?.cells })
        const threads = threadsOf(pool)
        for (const thread of threads) this.#watch(thread, pool)
        posted.then(onReply, (error: unknown) => {
          if (!this.#sent.includes(sent)) return // all has been said
          if (threads.some((thread) => threadsOf(pool).includes(thread))) this.#refuse(sent, error, pool)
          else this.#lose(error)
        })
      })
    } finally {
      stopLooking?.()
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** A machine that refuses a thread has tinypool throw. */
  async #post<Answer>(pool: Tinypool, sent: SentTask): Promise<Answer> {
    return pool.run(sent)
  }

  /** It never left, since it cannot be cloned. */
  #refuse(sent: Sent, error: unknown, { queueSize }: Tinypool): void {
    this.#takeBack(sent)
    sent.reject(new WorkerDeath(error))
    // tinypool goes on with its queue when a reply comes, and none will
    if (queueSize > 0) this.end()
    else this.#remove(sent)
  }

  #remove(sent: Sent): void {
    const at = this.#sent.indexOf(sent)
    if (at < 0) return // it went with the worker
    this.#sent.splice(at, 1)
    this.#host.onRoom()
  }

  /** Returns whether the worker has not begun it, and will not. */
  #takeBack(sent: Sent): boolean {
    sent.isTakenBack ||= this.#link?.door?.take(sent.number) === true
    return sent.isTakenBack
  }

  /** Whether it was sent a task of this batch. */
  isIn(batch: LetGoTask): boolean {
    return this.#find(batch) !== undefined
  }

  #find({ key, activation }: LetGoTask): Sent | undefined {
    return this.#sent.find(({ task, isTakenBack }) => {
      return (
        !isTakenBack &&
        (task.kind === 'run' || task.kind === 'continue') &&
        task.key === key &&
        task.activation === activation
      )
    })
  }

  /**
   * Has what it runs of the batch stop at its next step. Resolves with whether something of the batch is left here; as if
   * nothing were after a moment, since a call may last. A process cannot be asked: it stops when its reply is full.
   */
  async askBack(batch: LetGoTask): Promise<boolean> {
    const sent = this.#find(batch)
    if (sent === undefined || this.#takeBack(sent)) return sent?.task.kind === 'continue'
    const door = this.#link?.door
    door?.askBack(sent.number)
    const patienceMs = door === undefined ? 20 * ABANDONED_MS : 2 * ABANDONED_MS
    const reply = await new Promise<Reply | PrepareReply | undefined>((resolve) => {
      // a reply that has come meanwhile is read first
      const late = setTimeout(() => setImmediate(() => resolve(undefined)), patienceMs)
      sent.onOver = (over) => {
        clearTimeout(late)
        resolve(over)
      }
    })
    return reply?.kind === 'done' && reply.hasMore
  }

  /** A run has ended: a process is told so; threads hear it by themselves. */
  tellEnd(run: string): void {
    for (const { process } of this.#pool === undefined ? [] : threadsOf(this.#pool)) {
      // one that is ending has nothing to forget
      if (process?.connected === true) process.send({ millraceRunEnded: run }, () => undefined)
    }
  }

  /** Has a task that waits behind another one sent again, if others could run it. Returns whether there was one. */
  giveBack(): boolean {
    const sent = this.#sent[1]
    if (sent === undefined || sent.isBound || sent.isTakenBack || !this.#takeBack(sent)) return false
    sent.reject(new NotRun())
    return true
  }

  /** Nobody waits for the task any more. A worker that has begun it, and is still in it after a moment, is ended. */
  #abort(sent: Sent, reason: unknown): void {
    sent.reject(reason)
    if (!this.#sent.includes(sent) || this.#takeBack(sent)) return
    setTimeout(() => {
      if (this.#sent.includes(sent)) this.end()
    }, ABANDONED_MS).unref()
  }

  /** The worker is gone, and with it all that it was sent. What it had begun is to blame. */
  #lose(error: unknown): void {
    const notes = this.#link?.read()
    const waited = this.#sent.filter(({ isTakenBack }) => !isTakenBack)
    const guilty = waited.findLast((sent) => !this.#takeBack(sent)) ?? waited[0]
    this.#losses++
    this.#isRefused = isStartFailure(error)
    const isKnown = this.#isRefused || error instanceof WorkerDeath
    const death = isKnown ? error : new WorkerDeath(this.#causeOf(error), { notes })
    guilty?.reject(death)
    this.end()
    if (guilty === undefined) this.#host.onDied(error)
  }

  #endIfHanging(): void {
    const notes = this.#link?.read()
    const timeoutMs = exceededLimit(notes)
    if (timeoutMs === undefined) return
    const cause = new MillraceError('WORKER_ENDED', `A call had not ended after ${timeoutMs} ms.`)
    this.#lose(new WorkerDeath(cause, { notes, timeoutMs }))
  }

  /** Of a process tinypool knows no more than that it has ended. */
  #causeOf(error: unknown): unknown {
    return this.#exit === undefined ? error : (this.#link?.readError() ?? ended(this.#exit))
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
    if (thread.process !== undefined && this.load === 0) this.end()
    if (threadsOf(pool).includes(thread)) this.#onDied(ended(exit))
  }

  #onDied(error: unknown): void {
    if (this.load > 0) this.#lose(error)
    else this.#onIdleDeath(error)
  }

  /** The next task would be sent to nobody, and never settle. */
  #onIdleDeath(error: unknown): void {
    this.#losses++
    this.end()
    this.#host.onDied(error)
  }

  /** Ends the thread; what it was sent is to be sent elsewhere. The next task starts another. */
  end(): void {
    const pool = this.#pool
    const sent = this.#sent.splice(0)
    for (const { reject } of sent) reject(new NotRun())
    this.#pool = undefined
    // it may wait for a thread that is gone already, so nobody waits for it
    void pool?.destroy().catch(() => undefined)
    this.#link?.close()
    this.#link = undefined
    this.#exit = undefined
    if (sent.length > 0) this.#host.onRoom()
  }

  #start(): Tinypool {
    if (this.#pool !== undefined) return this.#pool
    const { isolation, idleTimeoutMs, heapLimitMb } = this.#options
    requireFreeFiles()
    const link = makePoolLink(isolation)
    handOverModules()
    const pool = new Tinypool({
      filename: ENTRY,
      runtime: isolation === 'process' ? 'child_process' : 'worker_threads',
      minThreads: this.isKept ? 1 : 0,
      maxThreads: 1,
      concurrentTasksPerWorker: TASKS_AT_ONCE,
      idleTimeout: Math.min(idleTimeoutMs, MAX_TIMER_MS),
      // what child processes are sent may be all that can be cloned, not only JSON
      ...(isolation === 'process' ? { serialization: 'advanced' } : {}),
      ...link.options,
      // a thread asleep in Atomics.wait would freeze the timers and sockets of its terms
      useAtomics: false,
      ...(heapLimitMb === undefined ? {} : heapOptions(isolation, heapLimitMb)),
    } as ConstructorParameters<typeof Tinypool>[0])
    pool.on('error', (error: unknown) => {
      if (pool === this.#pool) this.#onDied(error)
    })
    this.#pool = pool
    this.#link = link
    return pool
  }
}

/** Limits of resources are for threads; a process has a flag. */
function heapOptions(isolation: 'thread' | 'process', heapLimitMb: number): object {
  return isolation === 'thread'
    ? { resourceLimits: { maxOldGenerationSizeMb: heapLimitMb } }
    : {
        execArgv: [
          ...(workerFlags('process').execArgv ?? process.execArgv),
          `--max-old-space-size=${heapLimitMb}`,
        ],
      }
}

function ended(exit: string | number | undefined): MillraceError {
  const how =
    typeof exit === 'string' ? `: killed by ${exit}` : exit === undefined ? '' : `: exit code ${exit}`
  return new MillraceError('WORKER_ENDED', `The worker ended in the middle of its work${how}.`)
}

function threadsOf(pool: Tinypool): readonly PoolThread[] {
  return pool.threads as unknown as readonly PoolThread[]
}
