/**
 * `StealingTeam`: the workers of the strategy `work-stealing`. It deals batches to them, each to the one with the
 * fewest, and puts back in order what comes of them, from whichever worker. Called by `RemotePlacement`.
 */

import { MillraceError, type StealingStats } from '@millrace/core'
import { ABANDONED_MS } from '../remote/abandoned.ts'
import type { Answer, TaskMaker, WorkerHandle } from '../remote/dispatcher.ts'
import { type CallLimits, exceededLimit, watchLimits } from '../remote/hang-watch.ts'
import { type CrewOptions, isStartFailure, SharedCrew } from '../remote/shared-crew.ts'
import { WorkerDeath } from '../remote/worker-death.ts'
import type { BeaconNotes } from '../worker/beacon.ts'
import type { LetGoTask, PrepareTask, Reply, Task } from '../worker/protocol.ts'
import { fromWire } from '../worker/wire-error.ts'
import { Assembly } from './assembly.ts'
import { Cells } from './cells.ts'
import { LINE, type Report } from './protocol.ts'
import { realMachine, type TeamMachine } from './team-machine.ts'
import { type TeamHost, TeamWorker } from './team-worker.ts'

/** What runs must agree in to share a team. */
export interface TeamOptions extends CrewOptions {
  readonly heapLimitMb: number | undefined
}

/** A batch under way. */
interface Dealt {
  readonly assembly: Assembly
  /** The worker it was dealt to. */
  readonly home: TeamWorker
  /** Who has which part. */
  readonly holders: Map<string, TeamWorker>
  readonly task: Task
  /** Whether the caller asks for the rest by itself, from the worker that has it. */
  readonly isSingle: boolean
}

/** A batch that was given up because another worker died, though its own may still run it. */
type GivenUp = Pick<Dealt, 'home' | 'task'>

/** A batch that workers let go of in good order. */
interface LettingGo {
  /** Those that have not said that they have. */
  readonly waiting: Set<TeamWorker>
  reply: Reply | undefined
  readonly onDone: () => void
}

/** So many of them are remembered, the latest ones: a worker hears soon that it is to drop one. */
const MAX_GIVEN_UP = 256

/** A beacon that was being written is read again after so long. */
const LOOK_AGAIN_MS = 1

/** What is known of a worker's end. */
interface Death {
  readonly timeoutMs?: number | undefined
  readonly notes?: BeaconNotes | undefined
  /** It was ended for what no batch under way is to blame for. */
  readonly isBlameless?: boolean
}

/** Workers that steal from each other. */
export class StealingTeam extends SharedCrew<TeamWorker> {
  readonly #options: TeamOptions
  readonly #cells: Int32Array<SharedArrayBuffer>
  readonly #slots: (TeamWorker | undefined)[]
  readonly #dealt = new Map<number, Dealt>()
  readonly #givenUp = new Map<number, GivenUp>()
  readonly #lettingGo = new Map<number, LettingGo>()
  #units = 0
  /** Threads lost so far, by slot. */
  readonly #losses: number[]
  readonly #machine: TeamMachine

  constructor(options: TeamOptions, machine: TeamMachine = realMachine) {
    super(options)
    this.#options = options
    this.#machine = machine
    this.#cells = Cells.make(options.workers)
    this.#slots = new Array(options.workers).fill(undefined)
    this.#losses = new Array(options.workers).fill(0)
  }

  protected override hire(): TeamWorker | undefined {
    const slot = this.#slots.indexOf(undefined)
    if (slot < 0) return undefined
    this.#cells.fill(0, slot * LINE, (slot + 1) * LINE)
    try {
      const restarts = this.#losses[slot] as number
      const host: TeamHost = {
        onReport: (from, report) => this.#onReport(from, report),
        onDied: (from, error) => this.#onDied(from, error),
      }
      const start = { slot, cells: this.#cells }
      const worker = new TeamWorker(start, restarts, this.#options.heapLimitMb, host, this.#machine)
      for (const other of this.workers) worker.meet(other)
      this.#slots[slot] = worker
      this.peak = Math.max(this.peak, this.size + 1)
      return worker
    } catch (error) {
      if (!isStartFailure(error)) throw error
      this.onRefused()
      return undefined
    }
  }

  protected override dismiss(worker: TeamWorker): void {
    this.#slots[worker.slot] = undefined
    worker.end()
    for (const other of this.workers) other.send({ kind: 'gone', slot: worker.slot })
    for (const id of this.#lettingGo.keys()) this.#onDropped(worker, id)
  }

  /** Only while nothing is under way: a part of a batch, or a word about one, may be anywhere. */
  protected override findSpare(): TeamWorker | undefined {
    return this.#dealt.size + this.#lettingGo.size > 0 ? undefined : [...this.workers].at(-1)
  }

  /**
   * As `Crew.run`; a batch with several replies is asked for the next one with the handle of the first. The signal that
   * it was dealt with counts for all of them, also while nobody asks.
   */
  protected override async assign(
    makeTask: TaskMaker,
    signal: AbortSignal,
    wanted: WorkerHandle | undefined,
    limitsMs: CallLimits | undefined,
  ): Promise<Answer | undefined> {
    const stopLooking = limitsMs && watchLimits(limitsMs, () => this.#endHanging())
    try {
      return await this.#run(makeTask, signal, wanted)
    } finally {
      stopLooking?.()
    }
  }

  async #run(
    makeTask: TaskMaker,
    signal: AbortSignal,
    wanted: WorkerHandle | undefined,
  ): Promise<Answer | undefined> {
    if (wanted instanceof Assembly) return this.#next(wanted)
    for (;;) {
      const worker = wanted === undefined ? this.#leastBusy() : (wanted as TeamWorker)
      if (worker === undefined || !this.has(worker)) return undefined
      try {
        return await this.#deal(worker, makeTask(), signal)
      } catch (error) {
        if (!isStartFailure(error)) throw error
      }
    }
  }

  async #next(assembly: Assembly): Promise<Answer> {
    try {
      return { reply: await assembly.next(), worker: assembly }
    } catch (error) {
      // a worker that had a part could not be started after all: the batch is to be dealt again
      throw isStartFailure(error) ? new WorkerDeath(error, { isBystander: true }) : error
    }
  }

  #leastBusy(): TeamWorker | undefined {
    let least: TeamWorker | undefined
    for (const worker of this.workers) if (least === undefined || worker.dealt < least.dealt) least = worker
    return least
  }

  async #deal(home: TeamWorker, task: Task, signal: AbortSignal): Promise<Answer> {
    if (signal.aborted) throw signal.reason
    const id = ++this.#units
    home.send({ kind: 'unit', unit: { id, part: '', task } })
    const holders = new Map<string, TeamWorker>()
    const askMore = (part: string): void => {
      // the rest is where the part is; only batches can be asked for it
      const { key, activation } = task
      holders
        .get(part)
        ?.send({ kind: 'unit', unit: { id, part, task: { kind: 'continue', key, activation } } })
    }
    const onAbort = (): void => {
      assembly.fail(signal.reason)
      this.#abandon(id, task)
    }
    const assembly = new Assembly(askMore, () => {
      signal.removeEventListener('abort', onAbort)
      this.#forget(id)
    })
    signal.addEventListener('abort', onAbort, { once: true })
    const isSingle = task.kind !== 'run' || task.stateful !== undefined
    this.#dealt.set(id, { assembly, home, holders, task, isSingle })
    this.#ref(home, 1)
    const reply = await assembly.next()
    return { reply, worker: isSingle ? (holders.get('') ?? home) : assembly }
  }

  /** Nothing is expected of the batch any more. */
  #forget(id: number): void {
    const dealt = this.#dealt.get(id)
    if (dealt === undefined) return
    this.#dealt.delete(id)
    this.#ref(dealt.home, -1)
    if (this.#givenUp.has(id)) return // it is going to be run again
    for (const [old, { task }] of this.#givenUp) {
      if (!isSameBatch(task, dealt.task)) continue
      this.#givenUp.delete(old)
      this.#endLater(old) // what still runs this attempt does so for nobody
    }
  }

  /** What is under way of the batch is of no use: it is going to be run again. Ends no worker, since all are needed. */
  #giveUp(id: number, { home, task }: GivenUp): void {
    this.#drop(id, task)
    this.#givenUp.set(id, { home, task })
    if (this.#givenUp.size <= MAX_GIVEN_UP) return
    const [oldest] = this.#givenUp.keys()
    this.#givenUp.delete(oldest as number)
  }

  /** Nobody waits for the batch: workers let go of it, and one that is still in it after a moment is ended. */
  #abandon(id: number, task: Task): void {
    this.#drop(id, task)
    this.#endLater(id)
  }

  /** Parts of the batch may be with any worker: all are told, and all that may have opened something are waited for. */
  override async letGo(
    task: LetGoTask,
    _worker: WorkerHandle | undefined,
    signal: AbortSignal,
  ): Promise<Reply | undefined> {
    if (signal.aborted || this.size === 0) return undefined
    const [id = ++this.#units, dealt] =
      [...this.#dealt].find(([, other]) => isOfBatch(task, other.task)) ?? []
    const holders = new Set(dealt?.holders.values())
    for (const worker of this.workers) worker.send({ ...task, kind: 'drop', id })
    return new Promise((resolve) => {
      const onDone = (): void => {
        signal.removeEventListener('abort', onDone)
        this.#lettingGo.delete(id)
        this.#refAll()
        resolve(lettingGo.reply)
      }
      const lettingGo: LettingGo = { waiting: new Set(this.workers), reply: undefined, onDone }
      this.#lettingGo.set(id, lettingGo)
      signal.addEventListener('abort', onDone, { once: true })
      this.#refAll()
      this.#excuse(id, holders)
    })
  }

  /** A worker that is in another batch, maybe for long, hears of this one before it could begin a part of it. */
  #excuse(id: number, holders: ReadonlySet<TeamWorker>): void {
    const isElsewhere = ({ notes }: TeamWorker): boolean => ![undefined, 0, id].includes(notes?.batch)
    for (const worker of this.#lettingGo.get(id)?.waiting ?? []) {
      if (!holders.has(worker) && isElsewhere(worker)) this.#onDropped(worker, id)
    }
    if (this.#lettingGo.has(id)) this.#machine.after(ABANDONED_MS, () => this.#excuse(id, holders))
  }

  #onDropped(worker: TeamWorker, id: number, reply?: Reply): void {
    const lettingGo = this.#lettingGo.get(id)
    if (lettingGo === undefined) return
    if (reply?.kind === 'failed') lettingGo.reply ??= reply
    lettingGo.waiting.delete(worker)
    if (lettingGo.waiting.size === 0) lettingGo.onDone()
  }

  #drop(id: number, { key, activation }: Task): void {
    for (const worker of this.workers) worker.send({ kind: 'drop', id, key, activation })
  }

  /** Ends whoever runs this batch, or a part of it, after a moment; nobody else. */
  #endLater(id: number, ms = ABANDONED_MS): void {
    this.#machine.after(ms, () => {
      for (const worker of [...this.workers]) {
        const { notes } = worker
        if (notes === undefined)
          this.#endLater(id, LOOK_AGAIN_MS) // it is writing them
        else if (notes.batch === id) this.#endBlameless(worker, 'a batch that nobody waits for any more')
      }
    })
  }

  /** Ends a worker for what only its own run is to blame for, and has had its answer to: all others are bystanders. */
  #endBlameless(worker: TeamWorker, what: string): void {
    const error = new MillraceError('WORKER_ENDED', `A worker was ended, since it hung in ${what}.`)
    this.#onDied(worker, error, { isBlameless: true })
  }

  #ref(worker: TeamWorker, by: number): void {
    worker.dealt += by
    this.#refAll()
  }

  /** A part may be anywhere: all are needed while there is one. */
  #refAll(): void {
    const isNeeded = this.#dealt.size > 0 || this.#lettingGo.size > 0
    for (const each of this.workers) each.isNeeded = isNeeded
  }

  #onReport(worker: TeamWorker, report: Report): void {
    if (report.kind === 'pong') this.#silent.delete(worker)
    else if (report.kind === 'prepared') worker.endPreparing()
    else if (report.kind === 'dropped') this.#onDropped(worker, report.id, report.reply)
    else if (report.kind === 'reply') this.#onReply(worker, report)
    else {
      const dealt = this.#dealt.get(report.id)
      if (dealt === undefined) return
      this.#giveUp(report.id, dealt)
      dealt.assembly.fail(fromWire(report.error))
    }
  }

  #onReply(worker: TeamWorker, report: Extract<Report, { kind: 'reply' }>): void {
    worker.metrics = report.metrics
    const { id, part, forks, reply } = report
    const dealt = this.#dealt.get(id)
    if (dealt === undefined) return // of a batch that was given up
    const { assembly, holders, task, isSingle } = dealt
    holders.set(part, worker)
    if (reply.kind === 'done' && !isSingle) {
      assembly.add(part, forks, reply)
      return
    }
    if (reply.kind === 'failed' && isStartFailure(reply.error)) {
      // the thread runs, but not the helper thread that loads TypeScript there
      this.onRefused()
      this.#onDied(worker, fromWire(reply.error))
      return
    }
    // other parts may be under way
    if (reply.kind === 'failed') this.#abandon(id, task)
    else if (reply.kind === 'unknown' && (part !== '' || assembly.isBegun)) this.#giveUp(id, dealt)
    assembly.end(reply)
  }

  /**
   * What it had is lost, and with it every batch that may have had a part there: all that are under way. It died of the
   * one that it ran, or, if it had begun none, of those that were dealt to it; also where that one has been given up
   * since, and is under way again. Else two workers that die of the same batches could clear each other's for ever.
   */
  #onDied(
    worker: TeamWorker,
    error: unknown,
    { timeoutMs, notes = worker.notes, isBlameless = false }: Death = {},
  ): void {
    this.#losses[worker.slot] = worker.restarts + 1
    this.countLoss(error)
    this.drop(worker)
    const running = notes?.batch ?? 0
    const isGuilty = (id: number, { home }: GivenUp): boolean =>
      !isBlameless && (running === 0 ? home === worker : running === id)
    const formerly = [...this.#givenUp].filter((each) => isGuilty(...each))
    for (const [id, dealt] of [...this.#dealt]) {
      const wasGuilty = formerly.some(([, { task }]) => isSameBatch(task, dealt.task))
      const isBystander = !wasGuilty && !isGuilty(id, dealt)
      const isRefused = isStartFailure(error) // to be dealt again
      this.#giveUp(id, dealt)
      dealt.assembly.fail(isRefused ? error : new WorkerDeath(error, { notes, timeoutMs, isBystander }))
    }
  }

  /** Ends the workers whose call at hand takes longer than it may. */
  #endHanging(): void {
    for (const worker of [...this.workers]) {
      const { notes } = worker
      // it may be one of a batch that was given up meanwhile: what was dealt since waits behind it
      const timeoutMs = exceededLimit(notes)
      if (timeoutMs === undefined) continue
      const text = `A call had not ended after ${timeoutMs} ms.`
      this.#onDied(worker, new MillraceError('WORKER_ENDED', text), { timeoutMs, notes })
    }
  }

  #workerOf(thread: number): TeamWorker | undefined {
    for (const worker of this.workers) if (worker.threadId === thread) return worker
    return undefined
  }

  override async prepare(task: PrepareTask, signal: AbortSignal): Promise<void> {
    const cold = [...this.workers].filter(({ isNew }) => isNew)
    const onAbort = (): void => this.#machine.after(ABANDONED_MS, () => this.#endSilent(cold))
    signal.addEventListener('abort', onAbort, { once: true })
    await Promise.all(cold.map((worker) => worker.prepare(task)))
    signal.removeEventListener('abort', onAbort)
  }

  /** Workers that are asked whether they hang, and have not answered. */
  readonly #silent = new Set<TeamWorker>()

  /** Ends those that hang in what they were to prepare. One that waits for a promise has its thread free for others. */
  #endSilent(cold: readonly TeamWorker[]): void {
    const asked = cold.filter((worker) => worker.isPreparing && this.has(worker))
    for (const worker of asked) {
      this.#silent.add(worker)
      worker.send({ kind: 'ping' })
    }
    this.#machine.after(ABANDONED_MS, () => {
      for (const worker of asked) {
        const isSilent = this.#silent.delete(worker) && this.has(worker)
        // if it runs a batch meanwhile, it is that batch which takes so long
        if (isSilent && worker.notes?.batch === 0) this.#endBlameless(worker, 'what it was to prepare')
      }
    })
  }

  override restartsOf(thread: number): number {
    return this.#workerOf(thread)?.restarts ?? 0
  }

  /** What a worker has done to find work. */
  stealingOf(thread: number): StealingStats | undefined {
    return this.#workerOf(thread)?.metrics
  }
}

function isOfBatch({ key, activation }: LetGoTask, task: Task): boolean {
  return task.key === key && task.activation === activation
}

/** Whether both are attempts at one batch. A state's batches are replayed under one number. */
function isSameBatch(one: Task, other: Task): boolean {
  return (
    one.kind === 'run' &&
    other.kind === 'run' &&
    one.key === other.key &&
    one.activation === other.activation &&
    one.stateful?.batches === other.stateful?.batches
  )
}
