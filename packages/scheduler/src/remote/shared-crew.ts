/**
 * `SharedCrew`: what pools and teams of workers have in common: runs take part and leave, threads are leased one by
 * one, and an unused crew stays for a while. Crews with the same options are shared by all runs of a process.
 */

import { isMainThread } from 'node:worker_threads'
import { governor, type Lease } from '../governor/governor.ts'
import type { Answer, TaskMaker, WorkerHandle } from './dispatcher.ts'
import type { Crew } from './remote-placement.ts'

/** What runs must agree in to share a crew. */
export interface CrewOptions {
  readonly workers: number
  readonly idleTimeoutMs: number
}

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
  #closing: NodeJS.Timeout | undefined
  onClosed: () => void = () => {}
  errors = 0
  peak = 0

  constructor(options: CrewOptions) {
    this.#options = options
  }

  abstract run(makeTask: TaskMaker, signal: AbortSignal, worker?: WorkerHandle): Promise<Answer | undefined>

  /** One more worker; `undefined` if the machine refuses it. */
  protected abstract hire(): Worker | undefined
  /** The worker is needed no more. */
  protected abstract dismiss(worker: Worker): void

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
    clearTimeout(this.#closing)
    this.#closing = undefined
    while (this.size < this.#options.workers && this.tryHire());
  }

  /** Leases a thread and hires a worker for it. */
  protected tryHire(): boolean {
    const lease = governor().lease(1)
    const worker = lease.threads === 0 ? undefined : this.hire()
    if (worker === undefined) lease.release()
    else this.#leases.set(worker, lease)
    return worker !== undefined
  }

  /** One worker less. The others go on. */
  protected drop(worker: Worker): void {
    this.#leases.get(worker)?.release()
    this.#leases.delete(worker)
    this.dismiss(worker)
  }

  /**
   * The crew stays for a while, for the next run; its idle threads do not keep the process alive. In a worker it stays
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
    this.onClosed()
    for (const worker of [...this.#leases.keys()]) this.drop(worker)
  }

  /** Counts a worker that could not be started, or was lost. */
  countError(): void {
    this.errors++
    governor().countError()
  }
}

/** Whether a thread could not be created. */
export function isStartFailure(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === 'ERR_WORKER_INIT_FAILED'
}
