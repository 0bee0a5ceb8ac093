/**
 * `StealingTeam`: the workers of the strategy `work-stealing`. It deals batches to them, each to the one with the
 * fewest, and puts back in order what comes of them, from whichever worker. Called by `RemotePlacement`.
 */

import { MillraceError, type StealingStats } from '@millrace/core'
import type { Answer, TaskMaker, WorkerHandle } from '../remote/dispatcher.ts'
import { type CallLimits, exceededLimit, watchLimits } from '../remote/hang-watch.ts'
import { type CrewOptions, isStartFailure, SharedCrew } from '../remote/shared-crew.ts'
import { WorkerDeath } from '../remote/worker-death.ts'
import type { DoneReply, PrepareTask, Reply, Task } from '../worker/protocol.ts'
import { fromWire } from '../worker/wire-error.ts'
import { Assembly } from './assembly.ts'
import { Cells } from './cells.ts'
import { LINE, type Report } from './protocol.ts'
import { TeamWorker } from './team-worker.ts'

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
  /** For a reply that is no part of an assembly. */
  readonly settle: (answer: { readonly reply: Reply; readonly worker: TeamWorker }) => void
}

/** A batch that was given up because another worker died, though its own may still run it. */
type GivenUp = Pick<Dealt, 'home' | 'task'>

/** So many of them are remembered, the latest ones: a worker hears soon that it is to drop one. */
const MAX_GIVEN_UP = 256

/** A worker that does not answer for so long is in a function that never returns. */
const ANSWER_MS = 500

/** Workers that steal from each other. */
export class StealingTeam extends SharedCrew<TeamWorker> {
  readonly #options: TeamOptions
  readonly #cells: Int32Array<SharedArrayBuffer>
  readonly #slots: (TeamWorker | undefined)[]
  readonly #dealt = new Map<number, Dealt>()
  readonly #givenUp = new Map<number, GivenUp>()
  #units = 0
  /** Threads lost so far, by slot. */
  readonly #losses: number[]

  constructor(options: TeamOptions) {
    super(options)
    this.#options = options
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
      const worker = new TeamWorker({ slot, cells: this.#cells }, restarts, this.#options.heapLimitMb, {
        onReport: (from, report) => this.#onReport(from, report),
        onDied: (from, error) => this.#onDied(from, error),
      })
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
  }

  /** Only while nothing is under way: a part of a batch, or a word about one, may be anywhere. */
  protected override findSpare(): TeamWorker | undefined {
    return this.#dealt.size > 0 ? undefined : [...this.workers].at(-1)
  }

  /** As `Crew.run`; a batch with several replies is asked for the next one with the handle of the first. */
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
    if (wanted instanceof Assembly) return { reply: await this.#abortable(wanted, signal), worker: wanted }
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

  #leastBusy(): TeamWorker | undefined {
    let least: TeamWorker | undefined
    for (const worker of this.workers) if (least === undefined || worker.dealt < least.dealt) least = worker
    return least
  }

  async #deal(home: TeamWorker, task: Task, signal: AbortSignal): Promise<Answer> {
    const id = ++this.#units
    home.send({ kind: 'unit', unit: { id, part: '', task } })
    const holders = new Map<string, TeamWorker>()
    const assembly = new Assembly((part) => {
      // the rest is where the part is; only batches can be asked for it
      const key = task.key
      const { activation } = task
      holders
        .get(part)
        ?.send({ kind: 'unit', unit: { id, part, task: { kind: 'continue', key, activation } } })
    })
    const isSingle = task.kind === 'continue' || task.stateful !== undefined
    this.#ref(home, 1)
    return new Promise<Answer>((resolve, reject) => {
      const settle: Dealt['settle'] = (answer) => {
        this.#forget(id)
        resolve(answer)
      }
      this.#dealt.set(id, { assembly, home, holders, task, isSingle, settle })
      this.#abortable(assembly, signal).then((reply) => resolve({ reply, worker: assembly }), reject)
    })
  }

  /** The assembly's next reply, unless `signal` aborts first: then workers that do not answer are ended. */
  async #abortable(assembly: Assembly, signal: AbortSignal): Promise<DoneReply> {
    const onAbort = (): void => {
      assembly.fail(signal.reason)
      this.#endSilent()
    }
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await assembly.next()
    } finally {
      signal.removeEventListener('abort', onAbort)
      if (assembly.isDone) {
        for (const [id, dealt] of this.#dealt) if (dealt.assembly === assembly) this.#forget(id)
      }
    }
  }

  /** Nobody waits for the batch any more. */
  #forget(id: number): void {
    const dealt = this.#dealt.get(id)
    if (dealt === undefined) return
    this.#dealt.delete(id)
    this.#ref(dealt.home, -1)
  }

  #ref(worker: TeamWorker, by: number): void {
    worker.dealt += by
    // a part may be anywhere: all are needed while there is one
    const isNeeded = this.#dealt.size > 0 || by > 0
    for (const each of this.workers) each.isNeeded = isNeeded
  }

  #onReport(worker: TeamWorker, report: Report): void {
    if (report.kind === 'pong') {
      this.#silent.delete(worker)
      // it waits for a promise that may never settle, and nobody waits for what it has to say
      if (report.running !== 0 && !this.#dealt.has(report.running)) worker.kill()
      return
    }
    if (report.kind === 'prepared') {
      worker.endPreparing()
      return
    }
    const dealt = this.#dealt.get(report.id)
    if (report.kind === 'lost') {
      dealt?.assembly.fail(fromWire(report.error))
      return
    }
    worker.metrics = report.metrics
    if (dealt === undefined) return // of a batch that was given up
    const { part, forks, reply } = report
    dealt.holders.set(part, worker)
    if (reply.kind === 'done' && !dealt.isSingle) dealt.assembly.add(part, forks, reply)
    else if (reply.kind === 'failed' && isStartFailure(reply.error)) {
      // the thread runs, but not the helper thread that loads TypeScript there
      this.onRefused()
      this.#onDied(worker, fromWire(reply.error))
    } else if (part === '' || reply.kind !== 'unknown') dealt.settle({ reply, worker })
    else
      dealt.assembly.fail(new MillraceError('WORKER_ENDED', `A worker has lost the region of part ${part}.`))
  }

  /**
   * What it had is lost, and with it every batch that may have had a part there: all that are under way. It died of the
   * one that it ran, or, if it had begun none, of those that were dealt to it; also where that one has been given up
   * since, and is under way again. Else two workers that die of the same batches could clear each other's for ever.
   */
  #onDied(worker: TeamWorker, error: unknown, timeoutMs?: number, notes = worker.notes): void {
    this.#losses[worker.slot] = worker.restarts + 1
    this.countLoss(error)
    this.drop(worker)
    const running = notes?.batch ?? 0
    const isGuilty = (id: number, { home }: GivenUp): boolean =>
      running === 0 ? home === worker : running === id
    const formerly = [...this.#givenUp].filter((each) => isGuilty(...each))
    for (const [id, dealt] of this.#dealt) {
      for (const other of this.workers) other.send({ kind: 'drop', id })
      const wasGuilty = formerly.some(([, { task }]) => isSameBatch(task, dealt.task))
      const isBystander = !wasGuilty && !isGuilty(id, dealt)
      const isRefused = isStartFailure(error) // to be dealt again
      dealt.assembly.fail(isRefused ? error : new WorkerDeath(error, { notes, timeoutMs, isBystander }))
      this.#giveUp(id, dealt)
    }
  }

  #giveUp(id: number, { home, task }: GivenUp): void {
    this.#givenUp.set(id, { home, task })
    if (this.#givenUp.size <= MAX_GIVEN_UP) return
    const [oldest] = this.#givenUp.keys()
    this.#givenUp.delete(oldest as number)
  }

  /** Ends the workers whose call at hand takes longer than it may. */
  #endHanging(): void {
    for (const worker of [...this.workers]) {
      const { notes } = worker
      // it may be one of a batch that was given up meanwhile: what was dealt since waits behind it
      const timeoutMs = exceededLimit(notes)
      if (timeoutMs === undefined) continue
      const text = `A call had not ended after ${timeoutMs} ms.`
      this.#onDied(worker, new MillraceError('WORKER_ENDED', text), timeoutMs, notes)
    }
  }

  /** Workers that have not answered yet. */
  readonly #silent = new Set<TeamWorker>()

  #endSilent(asked: Iterable<TeamWorker> = this.workers): void {
    for (const worker of asked) {
      if (this.#silent.has(worker)) continue
      this.#silent.add(worker)
      worker.send({ kind: 'ping' })
    }
    setTimeout(() => {
      for (const worker of this.#silent) worker.kill()
      this.#silent.clear()
    }, ANSWER_MS)
  }

  #workerOf(thread: number): TeamWorker | undefined {
    for (const worker of this.workers) if (worker.threadId === thread) return worker
    return undefined
  }

  override async prepare(task: PrepareTask, signal: AbortSignal): Promise<void> {
    const cold = [...this.workers].filter(({ isNew }) => isNew)
    const onAbort = (): void => this.#endSilent(cold.filter(({ isPreparing }) => isPreparing))
    signal.addEventListener('abort', onAbort, { once: true })
    await Promise.all(cold.map((worker) => worker.prepare(task)))
    signal.removeEventListener('abort', onAbort)
  }

  override restartsOf(thread: number): number {
    return this.#workerOf(thread)?.restarts ?? 0
  }

  /** What a worker has done to find work. */
  stealingOf(thread: number): StealingStats | undefined {
    return this.#workerOf(thread)?.metrics
  }
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
