/**
 * `StatefulStage`: terms with a state. They start where their data is, on the caller's thread, and move to a worker
 * with their state once they have shown that they are worth the way; there they take one batch at a time, in order.
 *
 * The state comes back with replies: each time while it is small, else now and then. What came since is kept, so a
 * worker that is lost costs time and nothing else: another one gets the last state and the batches since.
 */

import { performance } from 'node:perf_hooks'
import {
  carryValue,
  estimateBytes,
  FusedStage,
  type NodeRecord,
  type StageHost,
  type StageSnapshot,
} from '@millrace/core/engine'
import type { DoneReply, RegionRef, Reply, Snapshot, StatefulTask } from '../worker/protocol.ts'
import { Casualties } from './casualties.ts'
import type { Dispatcher, WorkerHandle } from './dispatcher.ts'
import type { RegionPlace } from './place.ts'
import type { Cargo, SavedQueues } from './port-queues.ts'
import { Progress, type Totals } from './progress.ts'
import { type Begun, closed, RemoteStage, type Shipment, type StageParts } from './remote-stage.ts'

/** Where terms with a state run: on a worker once they are heavy, always, or never. */
export type StatefulPlace = 'auto' | 'workers' | 'caller'

/** Terms are judged each time they have worked for so long ... */
const WINDOW_MS = 50
/** ... and are heavy if an item took so long: to send one costs less. */
const HEAVY_MS_PER_ITEM = 0.02
/** One window alone may be code that is not compiled yet, or a garbage collection. */
const HEAVY_WINDOWS = 2
/** To send a state takes about so long, both ways; it must be little beside what the terms have worked already. */
const MOVE_MS_PER_BYTE = 5e-6
const MOVE_SHARE = 0.25
const FIRST_BATCH = 16
/** A state of up to so many bytes, as estimated, comes back with each reply. */
const SMALL_STATE_BYTES = 4096
/** A larger one comes back after so many batches, and the larger it is the more rarely. */
const BATCHES_PER_SNAPSHOT = { least: 32, most: 1024, bytesEach: 16_384 }

/** A batch on its way. */
interface Current extends Shipment {
  readonly id: number
  readonly isLast: boolean
  /** Items of it whose whereabouts are not booked. */
  underWay: number
  progress: Progress | undefined
  reply: DoneReply | undefined
  /** Who has answered last. */
  worker: WorkerHandle | undefined
  abort: AbortController
}

/** What a checkpoint keeps of terms that run on a worker: as for a worker that is lost, the last state and what came since. */
interface AwaySnapshot {
  readonly snapshot: Snapshot
  readonly since: readonly Cargo[]
  readonly current:
    | (Cargo & { readonly isLast: boolean; readonly underWay: number; readonly given: Totals | undefined })
    | undefined
  readonly hasEnded: boolean
  readonly queues: SavedQueues
}

/** Of terms that run here: what their stage keeps; of others, how to have a worker go on with them. */
type OwnSnapshot = { readonly here: unknown } | { readonly away: AwaySnapshot }

/** Runs terms with a state. */
export class StatefulStage extends RemoteStage {
  /** The terms, while they run here. */
  #here: FusedStage | undefined
  #where: StatefulPlace
  /** Who has the state. */
  #worker: WorkerHandle | undefined
  #snapshot: Snapshot = { batches: 0, states: { value: [] } }
  #batchesPerSnapshot = 1
  /** Run since the snapshot, oldest first. */
  #since: Shipment[] = []
  #current: Current | undefined
  #batch = FIRST_BATCH
  #hasEnded = false
  /** A checkpoint has been taken with batches since: the next one should have fewer. */
  #isSnapshotDue = false
  readonly #window = { busyMs: 0, taken: 0, heavy: 0 }

  constructor(stage: StageParts, dispatcher: Dispatcher, place: RegionPlace, where: StatefulPlace) {
    super(stage, dispatcher, place)
    this.#where = where
    const [plan, inlet, outlet] = stage
    this.#here = new FusedStage(plan, inlet, outlet, this.#hostHere())
    this.#here.records.forEach((record, at) => {
      this.records[at] = record
    })
  }

  #hostHere(): StageHost {
    const { host } = this
    const { timed, clock, signal, batchItems, timers, stopsOnFailure, cleanupTimeoutMs } = host
    return {
      ...{ timed, clock, signal, batchItems, timers, stopsOnFailure, cleanupTimeoutMs },
      get isPaused() {
        return host.isPaused
      },
      setAside: (letter, isFatal) => host.setAside(letter, isFatal),
      look: () => host.look(),
      worked: (_, from, to) => host.worked(this, from, to),
      ready: (stage) => {
        stage.isReady = true
        this.wake()
      },
      onFinished: () => {
        this.isDone = true
        host.onFinished(this)
      },
      onDone: () => host.onDone(this),
      fail: (error) => host.fail(error),
      stopFor: (error) => host.stopFor(error),
      setResult: (node, result) => host.setResult(node, result),
    }
  }

  /** Where the terms run now. */
  get isAway(): boolean {
    return this.#here === undefined
  }

  override get runsOn(): 'caller' | 'workers' {
    return this.isAway ? super.runsOn : 'caller'
  }

  override get isSettled(): boolean {
    return this.#here?.isSettled ?? true
  }

  override snapshot(): StageSnapshot {
    const whole = super.snapshot()
    const here = this.isDone ? undefined : this.#here?.snapshot()
    if (here === undefined) return whole
    const { states, pending, positions, own } = here
    return { ...whole, states, pending, positions, own: { here: own } satisfies OwnSnapshot }
  }

  protected override ownSnapshot(): OwnSnapshot {
    this.#isSnapshotDue = true
    const current = this.#current
    return {
      away: {
        snapshot: this.#snapshot,
        since: this.#since.map(({ items, times }) => ({ items, times })),
        current:
          current === undefined
            ? undefined
            : {
                items: current.items,
                times: current.times,
                isLast: current.isLast,
                underWay: current.underWay,
                given: current.progress?.given,
              },
        hasEnded: this.#hasEnded,
        queues: this.queues.save(),
      },
    }
  }

  override restore(snapshot: StageSnapshot): void {
    super.restore(snapshot)
    const here = this.#here as FusedStage
    here.isDone = snapshot.isDone
    const own = snapshot.own as OwnSnapshot | undefined
    if (own === undefined) return
    if ('here' in own) here.restored = { ...snapshot, own: own.here }
    else {
      this.#here = undefined
      this.#snapshot = own.away.snapshot
      this.#since = own.away.since.map((cargo) => ({ ...cargo, casualties: new Casualties() }))
      this.#hasEnded = own.away.hasEnded
      this.queues.restore(own.away.queues)
    }
  }

  /** The batch that was under way is run once more, behind those before it. */
  #resume({ current }: AwaySnapshot): void {
    if (current === undefined) return
    const { given, ...saved } = current
    const progress = given === undefined ? undefined : Progress.restored(given)
    const casualties = new Casualties()
    const again = {
      ...saved,
      casualties,
      id: this.nextActivation(),
      progress,
      reply: undefined,
      worker: undefined,
      abort: new AbortController(), // until it is sent
    }
    this.#current = again
    this.#send(again, (abort) => this.#run(again, abort))
  }

  override enter(): void | Promise<void> {
    return this.#here?.enter()
  }

  override start(): void {
    this.#here?.start()
    const own = this.restored?.own as OwnSnapshot | undefined
    if (own !== undefined && 'away' in own) this.#resume(own.away)
    if (this.#where === 'workers') this.#move()
    this.wake()
  }

  override get isWaiting(): boolean {
    if (this.#here !== undefined) return this.#here.isWaiting
    return !this.isDone && (this.underWay > 0 || this.letterHolds > 0 || this.dispatcher.isQueued(this))
  }

  override get waitsFor(): string {
    return this.#here?.waitsFor ?? super.waitsFor
  }

  override get left(): number {
    const last = this.records[this.records.length - 1] as NodeRecord
    return this.outlet.isOpen ? last.out : this.outlet.left
  }

  override get leftover(): number {
    return super.leftover + (this.#here?.leftover ?? 0)
  }

  protected override get pending(): number {
    return this.#current?.underWay ?? 0
  }

  override onReaderGone(): void {
    if (this.#here !== undefined) this.#here.onReaderGone()
    else super.onReaderGone()
  }

  override activate(): void {
    this.activations++
    if (this.#here !== undefined) this.#activateHere(this.#here)
    else this.#activateAway()
  }

  #activateHere(here: FusedStage): void {
    here.isReady = false
    if (here.waiting) return
    const begun = performance.now()
    here.activate()
    const spent = performance.now() - begun
    this.processingMs += spent
    this.batches = here.batches
    this.batchedItems = here.batchedItems
    if (this.#where === 'auto' && this.#isHeavy(spent)) this.#move()
  }

  #isHeavy(spentMs: number): boolean {
    const window = this.#window
    window.busyMs += spentMs
    if (window.busyMs >= WINDOW_MS) {
      const taken = this.records[0]?.in ?? 0
      const isHeavy = window.busyMs / (taken - window.taken) > HEAVY_MS_PER_ITEM
      Object.assign(window, { busyMs: 0, taken, heavy: isHeavy ? window.heavy + 1 : 0 })
    }
    return window.heavy >= HEAVY_WINDOWS && this.#moveMs() < this.processingMs * MOVE_SHARE
  }

  #moveMs(): number {
    const states = this.#here?.contexts.map((ctx) => ctx.state)
    return estimateBytes(states) * MOVE_MS_PER_BYTE
  }

  /** Sends the state to a worker, if there is one and nothing is in the middle of something. */
  #move(): void {
    const here = this.#here
    const isEnding =
      here?.isDone !== false || this.inlet.isDone || this.inlet.edges.some((edge) => edge.closed)
    if (here === undefined || isEnding || !here.isIdle || this.dispatcher.size === 0) return
    try {
      const states = here.contexts.map((ctx) => ctx.state)
      this.#snapshot = { batches: 0, states: structuredClone(carryValue(states, this.dispatcher.way)) }
    } catch {
      this.#where = 'caller' // a state that cannot be sent works here
      return
    }
    this.#here = undefined
    this.wake()
  }

  #activateAway(): void {
    while (this.letterHolds === 0 && this.queues.flush()) {
      const current = this.#current
      if (current === undefined) {
        if (this.#hasEnded) {
          this.finish()
          return
        }
        if (!this.#submitNext()) return
        continue
      }
      const { reply } = current
      if (reply === undefined) return
      current.reply = undefined
      if (reply.hasMore) current.progress ??= new Progress()
      current.underWay -= this.accept(reply, current.progress)
      if (reply.hasMore) this.#send(current, (abort) => this.#rest(current, abort))
      else this.#settle(current, reply)
    }
  }

  /** A batch has been run to its end. */
  #settle(current: Current, reply: DoneReply): void {
    this.#current = undefined
    this.#hasEnded = reply.hasEnded
    if (current.progress === undefined && current.items.length > 0) {
      const perItem = (reply.busyMs + reply.waitedMs) / current.items.length
      this.#batch = Math.max(
        1,
        Math.min(this.dispatcher.batchMs / Math.max(perItem, 1e-6), current.items.length * 4),
      )
    }
    if (reply.snapshot === undefined) {
      this.#since.push({ items: current.items, times: current.times, casualties: current.casualties })
      return
    }
    // the runner that notes every call is slow: what follows begins with a new one
    if (this.#isCareful(current)) this.#worker = undefined
    this.#snapshot = reply.snapshot
    this.#isSnapshotDue = false
    this.#since = []
    const { least, most, bytesEach } = BATCHES_PER_SNAPSHOT
    const bytes = estimateBytes(reply.snapshot.states.value)
    this.#batchesPerSnapshot =
      bytes <= SMALL_STATE_BYTES ? 1 : Math.min(most, Math.max(least, bytes / bytesEach))
  }

  /** Sends the next batch, or the end, if there is a slot for it. */
  #submitNext(): boolean {
    const isLast = this.inlet.isDone
    if (this.isDone || (!isLast && !this.inlet.edges.some((edge) => edge.items > 0))) return false
    if (this.outlet.room() <= 0 || !this.dispatcher.takeSlot(this)) return false
    const count = Math.ceil(Math.min(this.#batch, this.host.batchItems))
    const shipment = isLast ? nothing() : this.gather(count)
    if (shipment.items.length === 0 && !isLast) {
      this.dispatcher.giveSlot()
      return false
    }
    const id = this.nextActivation()
    const current = {
      ...shipment,
      id,
      isLast,
      underWay: shipment.items.length,
      progress: undefined,
      reply: undefined,
      worker: undefined,
      abort: new AbortController(), // until it is sent
    }
    this.#current = current
    this.#send(current, (abort) => this.#run(current, abort), true)
    return true
  }

  #send(current: Current, task: (abort: AbortController) => Promise<DoneReply>, hasSlot = false): void {
    if (!hasSlot) this.dispatcher.forceSlot()
    const abort = this.expect()
    current.abort = abort
    this.onSent()
    const onBack = (reply?: DoneReply): void => {
      this.expectNoMore(abort)
      this.onBack(reply)
    }
    task(abort).then(
      (reply) => {
        current.worker = this.#worker
        onBack(reply)
        current.reply = reply
        this.wake()
      },
      (error: unknown) => {
        onBack()
        if (!this.isDone) this.host.fail(error)
      },
    )
  }

  /** Whether a worker was lost with this batch, or with one that is to be run again before it. */
  #isCareful(current: Shipment): boolean {
    return current.casualties.isCareful || this.#since.some(({ casualties }) => casualties.isCareful)
  }

  get #batches(): number {
    return this.#snapshot.batches + this.#since.length
  }

  /** Has the worker with the state run the batch; another one, after the batches since the snapshot, if it is lost. */
  async #run(current: Current, abort: AbortController): Promise<DoneReply> {
    let region: RegionRef | undefined
    for (;;) {
      if (this.isDone) throw closed()
      const isRestored = this.#worker === undefined
      current.progress?.restart()
      try {
        const reply = await this.#replayAndRun(current, isRestored, region, abort)
        if (reply.kind === 'done') return reply
        if (reply.kind !== 'unknown') throw new Answered(this.asError(reply))
        // this worker has not met the region yet, or its state went with an idle thread
        region = this.place.region
      } catch (error) {
        if (error instanceof Answered) throw error.error
        current.underWay -= this.survive(error, this.#asked ?? current)
      }
      this.#worker = undefined
    }
  }

  async #replayAndRun(
    current: Current,
    isRestored: boolean,
    region: RegionRef | undefined,
    abort: AbortController,
  ): Promise<Reply> {
    let batches = isRestored ? this.#snapshot.batches : this.#batches
    let restore = isRestored ? this.#snapshot : undefined
    for (const replay of isRestored ? this.#since : []) {
      const reply = await this.#ask(replay, current, { batches, restore, isLast: false }, region, abort)
      if (reply.kind !== 'done') return reply
      await this.#drain(current.id, reply, abort)
      restore = undefined
      batches++
    }
    return this.#ask(current, current, { batches, restore, isLast: current.isLast }, region, abort)
  }

  /** The batch that was sent last: the one at hand, or one that is run again before it. */
  #asked: Shipment | undefined

  async #ask(
    shipment: Shipment,
    current: Current,
    stateful: Omit<StatefulTask, 'wantsSnapshot'>,
    region: RegionRef | undefined,
    abort: AbortController,
  ): Promise<Reply> {
    this.#asked = shipment
    const isCareful = this.#isCareful(current)
    const isDue = isCareful || this.#isSnapshotDue || this.#since.length + 1 >= this.#batchesPerSnapshot
    const task = { ...stateful, wantsSnapshot: !stateful.isLast && shipment === current && isDue }
    const { reply, worker } = await this.dispatcher.run(
      () => this.runTask(shipment, current.id, region, isCareful, task),
      abort.signal,
      this.#worker,
      this.limitsMs,
    )
    if (reply.kind === 'done') this.#worker = worker
    return reply
  }

  /** Goes on with a batch to its end; what it gives was given before. */
  async #drain(activation: number, first: DoneReply, abort: AbortController): Promise<void> {
    const task = { kind: 'continue', key: this.place.key, activation } as const
    for (let reply: Reply = first; reply.kind === 'done' && reply.hasMore; ) {
      ;({ reply } = await this.dispatcher.run(() => task, abort.signal, this.#worker, this.limitsMs))
    }
  }

  /** Asks for the rest of a batch. If the worker has lost it, the batch is run once more. */
  async #rest(current: Current, abort: AbortController): Promise<DoneReply> {
    const task = { kind: 'continue', key: this.place.key, activation: current.id } as const
    try {
      const { reply } = await this.dispatcher.run(() => task, abort.signal, this.#worker, this.limitsMs)
      if (reply.kind === 'done') return reply
      if (reply.kind !== 'unknown') throw new Answered(this.asError(reply))
    } catch (error) {
      if (error instanceof Answered) throw error.error
      this.survive(error, current)
    }
    this.#worker = undefined
    return this.#run(current, abort)
  }

  protected override get begun(): readonly Begun[] {
    const current = this.#current
    return current === undefined || current.reply?.hasMore === false ? [] : [current]
  }

  protected override async release(): Promise<void> {
    await super.release()
    await this.#here?.dispose()
  }
}

/** The end of the input, which costs workers as a batch does. */
function nothing(): Shipment {
  return { items: [], times: undefined, casualties: new Casualties() }
}

/** An error that a worker sent, as against one that it died of. */
class Answered {
  readonly error: unknown

  constructor(error: unknown) {
    this.error = error
  }
}
