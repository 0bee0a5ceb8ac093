/** `TeamWorker`: a worker thread of a team, as the caller's thread sees it. Called by `StealingTeam`. */

import type { MessagePort } from 'node:worker_threads'
import { MillraceError, type StealingStats } from '@millrace/core'
import { noteWorker } from '../threads/live-workers.ts'
import { Beacon, type BeaconNotes, readBeacon } from '../worker/beacon.ts'
import type { PrepareTask } from '../worker/protocol.ts'
import type { Order, Report, WorkerStart } from './protocol.ts'
import type { TeamMachine, TeamThread } from './team-machine.ts'

/** Who hears what a worker says. */
export interface TeamHost {
  onReport(worker: TeamWorker, report: Report): void
  /** The worker has ended, for this reason. Called once. */
  onDied(worker: TeamWorker, error: unknown): void
}

/** One thread. */
export class TeamWorker {
  readonly slot: number
  /** Threads lost in its slot before it. */
  readonly restarts: number
  /** Batches dealt to it and not answered. */
  dealt = 0
  /** Whether it has been sent neither a batch nor what to prepare. */
  isNew = true
  #onPrepared: (() => void) | undefined
  /** What it has reported last. */
  metrics: StealingStats | undefined
  readonly #worker: TeamThread
  readonly #machine: TeamMachine
  readonly #beacon = Beacon.share()
  #isGone = false

  /** @throws `ERR_WORKER_INIT_FAILED` if the machine refuses a thread. */
  constructor(
    start: Omit<WorkerStart, 'beacon'>,
    restarts: number,
    heapLimitMb: number | undefined,
    host: TeamHost,
    machine: TeamMachine,
  ) {
    this.slot = start.slot
    this.restarts = restarts
    this.#machine = machine
    this.#worker = machine.startThread({ ...start, beacon: this.#beacon }, heapLimitMb)
    const { threadId: id } = this.#worker
    const strikeOff = noteWorker({ id, isolation: 'thread', kill: () => this.kill() })
    let reason: unknown
    this.#worker.on('message', (report: Report) => host.onReport(this, report))
    this.#worker.on('error', (error: unknown) => {
      reason = error
    })
    this.#worker.on('exit', (code: number) => {
      strikeOff()
      this.endPreparing()
      if (this.#isGone) return
      this.#isGone = true
      const text = `The worker ended in the middle of its work: exit code ${code}.`
      host.onDied(this, reason ?? new MillraceError('WORKER_ENDED', text))
    })
    this.#worker.unref()
  }

  /** What it has noted last: also once it is gone. */
  get notes(): BeaconNotes | undefined {
    return readBeacon(this.#beacon)
  }

  get threadId(): number {
    return this.#worker.threadId
  }

  /** Resolves when it has loaded the region, or could not, or is gone. */
  prepare(task: PrepareTask): Promise<void> {
    this.isNew = false
    this.send(task)
    return new Promise((resolve) => {
      this.#onPrepared = resolve
    })
  }

  get isPreparing(): boolean {
    return this.#onPrepared !== undefined
  }

  /** What was to be prepared is, or never will be. */
  endPreparing(): void {
    this.#onPrepared?.()
    this.#onPrepared = undefined
  }

  send(order: Order): void {
    if (order.kind === 'unit') this.isNew = false
    this.#worker.postMessage(order)
  }

  /** Makes a port between two workers. */
  meet(other: TeamWorker): void {
    const { port1, port2 } = this.#machine.makeChannel()
    this.#worker.postMessage({ kind: 'peer', slot: other.slot, port: port1 }, [port1 as MessagePort])
    other.#worker.postMessage({ kind: 'peer', slot: this.slot, port: port2 }, [port2 as MessagePort])
  }

  /** Keeps the process alive while somebody waits for the worker. */
  set isNeeded(needed: boolean) {
    if (needed) this.#worker.ref()
    else this.#worker.unref()
  }

  /** Ends the thread, whatever it does. Nobody hears of it. */
  end(): void {
    this.#isGone = true
    void this.#worker.terminate()
  }

  /** Ends the thread as if it had died. */
  kill(): void {
    void this.#worker.terminate()
  }
}
