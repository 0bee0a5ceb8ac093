/**
 * `SharedCrew`: what pools and teams of workers have in common: runs take part and leave, threads are leased one by
 * one, and an unused crew stays for a while. Crews with the same options are shared by all runs of a process.
 */

import { performance } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'
import type { MachineStats } from '@millrace/core'
import { longTimer } from '@millrace/core/engine'
import { governor, type Lease, type ThreadError } from '../governor/governor.ts'
import { type MachineShare, machineShare } from '../governor/machine-share.ts'
import { type MemoryPressure, memoryPressure } from '../governor/memory-pressure.ts'
import type { LetGoTask, PrepareTask, Reply } from '../worker/protocol.ts'
import { adaptedWorkers } from './adapt.ts'
import type { Crew, ErrorCounts } from './crew.ts'
import type { Answer, TaskMaker, WorkerHandle } from './dispatcher.ts'
import type { CallLimits } from './hang-watch.ts'
import { Load } from './load.ts'

/** What runs must agree in to share a crew. */
export interface CrewOptions {
  /** Workers at most. */
  readonly workers: number
  /** Workers at least, while a run lasts. */
  readonly minWorkers: number
  /** Whether the number moves with the load, between these bounds. */
  readonly adaptive: boolean
  /** Whether it is smaller while other programs have workers on this machine. */
  readonly sharesMachine: boolean
  readonly idleTimeoutMs: number
}

/** A thread that could not be had is asked for again after so long. */
const PROBE_MS = 1000
/** With `adaptive`, the load is looked at so often, as tasks come. */
const SAMPLE_MS = 100

/** How long an unused crew stays in a worker at most. */
const NESTED_STAY_MS = 1000

const crews = new Map<string, SharedCrew<object>>()
let isKnown = false

/** An idle crew that is kept for later must not leave others without threads. */
function closeUnused(): void {
  for (const crew of crews.values()) if (crew.isUnused) crew.close()
}

/** The crew of this kind and with these options: the one in use, or a new one. */
export function sharedCrew<Options extends CrewOptions>(
  kind: new (options: Options) => SharedCrew<object>,
  options: Options,
): Crew {
  const key = `${kind.name} ${JSON.stringify(options)}`
  let crew = crews.get(key)
  if (crew === undefined) {
    crew = new kind(options)
    crew.onClosed = () => crews.delete(key)
    crews.set(key, crew)
  }
  if (!isKnown) {
    isKnown = true
    governor().onShortage(closeUnused)
  }
  return crew
}

/** Workers, and the threads leased for them. */
export abstract class SharedCrew<Worker extends object> implements Crew {
  readonly #options: CrewOptions
  /** A lease per worker, so that each can be given back by itself. */
  readonly #leases = new Map<Worker, Lease>()
  #users = 0
  #cancelClosing: () => void = () => {}
  readonly #load = new Load(this.now())
  #wanted: number
  /** The machine refused a thread, or all were in use: not before then is one asked for again. */
  #refusedUntil = 0
  #deniedUntil = 0
  /** What the governor was told. */
  #missing = 0
  onClosed: () => void = () => {}
  readonly errors = { denied: 0, refused: 0, lost: 0 }
  errorsBefore: ErrorCounts = { ...this.errors }
  /** What workers died of, each counted once. */
  readonly #reasons = new WeakSet<object>()
  peak = 0

  constructor(options: CrewOptions) {
    this.#options = options
    this.#wanted = options.adaptive ? Math.max(1, options.minWorkers) : options.workers
  }

  async run(
    makeTask: TaskMaker,
    signal: AbortSignal,
    worker: WorkerHandle | undefined,
    limitsMs: CallLimits | undefined,
  ): Promise<Answer | undefined> {
    this.#load.add(1, this.now())
    try {
      this.#adapt()
      this.#fill()
      const answer = await this.assign(makeTask, signal, worker, limitsMs)
      if (answer !== undefined) governor().countActivation()
      return answer
    } finally {
      this.#load.add(-1, this.now())
    }
  }

  /** Memory that runs short makes crews smaller. Tests have a gauge of their own. */
  protected get pressure(): MemoryPressure {
    return memoryPressure()
  }

  /** What it has of the machine; `undefined` if it asks nobody. Tests have one of their own. */
  protected get share(): MachineShare | undefined {
    return this.#options.sharesMachine ? machineShare() : undefined
  }

  get machine(): MachineStats | undefined {
    const { share } = this
    return share === undefined ? undefined : { share: share.share.threads, others: share.share.others }
  }

  /** Time in ms, on the monotonic clock. Tests have a clock of their own. */
  protected now(): number {
    return performance.now()
  }

  /** Has a worker run a task; see `Crew.run`. */
  protected abstract assign(
    makeTask: TaskMaker,
    signal: AbortSignal,
    worker: WorkerHandle | undefined,
    limitsMs: CallLimits | undefined,
  ): Promise<Answer | undefined>

  /** A run has ended; see `Crew.tellEnd`. */
  tellEnd(_run: string): void {}

  /** See `Crew.letGo`. */
  abstract letGo(
    task: LetGoTask,
    worker: WorkerHandle | undefined,
    signal: AbortSignal,
  ): Promise<Reply | undefined>

  abstract prepare(task: PrepareTask, signal: AbortSignal): Promise<void>
  /** Threads lost in the place of this thread, before it. */
  abstract restartsOf(thread: number): number
  /** One more worker; `undefined` if the machine refuses it. */
  protected abstract hire(): Worker | undefined
  /** The worker is needed no more. */
  protected abstract dismiss(worker: Worker): void
  /** A worker that has nothing to do and nothing that others wait for, if there is one. */
  protected abstract findSpare(): Worker | undefined

  /** Workers that there should be: by the load, by what memory there is, and by who else has some. */
  get wanted(): number {
    const wanted = this.pressure.limit(this.#wanted)
    return this.share?.limit(wanted) ?? wanted
  }

  get size(): number {
    return this.#leases.size
  }

  protected get workers(): Iterable<Worker> {
    return this.#leases.keys()
  }

  protected has(worker: Worker): boolean {
    return this.#leases.has(worker)
  }

  /** Whether no run uses the crew now. */
  get isUnused(): boolean {
    return this.#users === 0
  }

  /** Takes part, and sees that there are the workers there should be, as far as threads are free. */
  acquire(): void {
    this.#users++
    this.errorsBefore = { ...this.errors }
    this.#cancelClosing()
    this.#deniedUntil = 0 // what others had may be free by now
    this.share?.put(this, this.size)
    this.share?.look()
    this.#fill()
  }

  /** Moves the number of workers by what was measured. Looks as tasks come: where none do, nothing needs to change. */
  #adapt(): void {
    const { adaptive, minWorkers: min, workers: max } = this.#options
    this.pressure.look()
    this.share?.look()
    const sample = adaptive ? this.#load.sample(SAMPLE_MS, this.now()) : undefined
    if (sample !== undefined) this.#wanted = adaptedWorkers(this.#wanted, sample, { min, max })
    while (this.size > this.wanted) {
      const spare = this.findSpare()
      if (spare === undefined) break // later, then
      this.drop(spare)
    }
  }

  /** Hires what is missing, unless that has failed a moment ago. Late tasks of runs that have left hire nobody. */
  #fill(): void {
    while (!this.isUnused && this.size < this.wanted && this.#tryHire());
    this.#noteSize()
  }

  /** Leases a thread and hires a worker for it. */
  #tryHire(): boolean {
    const now = this.now()
    if (now < this.#refusedUntil || now < this.#deniedUntil) return false
    const lease = governor().lease(1)
    if (lease.threads === 0) {
      this.errors.denied++
      this.#deniedUntil = now + PROBE_MS
      return false
    }
    const worker = this.hire()
    if (worker === undefined) lease.release()
    else this.#leases.set(worker, lease)
    return worker !== undefined
  }

  /** The machine refused a thread. */
  protected onRefused(): void {
    this.#countError('refused')
    this.#refusedUntil = this.now() + PROBE_MS
  }

  #noteSize(): void {
    this.#load.set(this.size, this.now())
    if (!this.isUnused) this.share?.put(this, this.size)
    const missing = this.isUnused ? 0 : Math.max(0, this.wanted - this.size)
    governor().countMissing(missing - this.#missing)
    this.#missing = missing
  }

  /** One worker less. The others go on. */
  protected drop(worker: Worker): void {
    this.#leases.get(worker)?.release()
    this.#leases.delete(worker)
    this.dismiss(worker)
    this.#noteSize()
  }

  /**
   * The crew stays for a while, for the next run; its idle threads do not keep the process alive. In a worker it stays
   * for a shorter while than the worker itself, which could not give its threads back once it has ended.
   */
  release(): void {
    if (--this.#users > 0) return
    this.share?.remove(this)
    this.#noteSize()
    const { idleTimeoutMs } = this.#options
    const stayMs = isMainThread ? idleTimeoutMs : Math.min(idleTimeoutMs / 2, NESTED_STAY_MS)
    this.#cancelClosing = longTimer(stayMs, () => this.close(), false)
  }

  /** Ends all workers and gives their threads back. */
  close(): void {
    this.#cancelClosing()
    this.onClosed()
    for (const worker of [...this.#leases.keys()]) this.drop(worker)
  }

  countLoss(reason: unknown): void {
    if (typeof reason === 'object' && reason !== null) {
      if (this.#reasons.has(reason)) return
      this.#reasons.add(reason)
    }
    this.#countError('lost')
  }

  #countError(cause: ThreadError): void {
    this.errors[cause]++
    governor().countError(cause)
  }
}

/** Whether a thread could not be created. */
export function isStartFailure(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null)?.code
  return code === 'ERR_WORKER_INIT_FAILED' || code === 'TOO_FEW_FILES'
}
