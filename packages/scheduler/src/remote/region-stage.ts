/**
 * `RegionStage`: stateless terms whose batches run on any worker, several at a time. Replies are put back in order,
 * so the readers cannot tell. Where the region begins with a source, workers get its splits in place of batches; where it
 * ends in terms that fold, they send partials, which are merged here.
 *
 * The engine sees a stage like any other: it takes from its inlet while little waits behind its ports and a slot is
 * free, and is parked by a full outlet. So what is under way is bounded by the slots, whatever the graph's size.
 */

import { TermError } from '@millrace/core'
import type { Stage } from '@millrace/core/engine'
import { type PortWindow, unpackOutputs } from '../worker/outputs.ts'
import { type DoneReply, MAX_OUTPUTS, type RegionRef } from '../worker/protocol.ts'
import { Casualties } from './casualties.ts'
import type { Answer, Dispatcher, WorkerHandle } from './dispatcher.ts'
import type { RegionPlace } from './place.ts'
import type { Cargo, SavedQueues } from './port-queues.ts'
import { Progress, type Totals } from './progress.ts'
import { type Begun, closed, RemoteStage, type Shipment, type StageParts } from './remote-stage.ts'
import { SplitFeed } from './split-feed.ts'
import { Stock } from './stock.ts'
import { type Partials, Tails } from './tails.ts'

/** A batch on its way to a worker and back. */
interface Activation extends Shipment {
  readonly id: number
  /** Items of it whose whereabouts are not booked. */
  underWay: number
  /** What has come and waits for its turn. */
  reply: DoneReply | undefined
  /** Who has the rest of it. */
  worker: WorkerHandle | undefined
  /** Set once a part of what it gives was handed on. */
  progress: Progress | undefined
  /** Aborts when nobody waits for the rest of it any more. */
  readonly abort: AbortController
  /** What the region's tails made of it; merged when all of it is here. */
  partials: Partials
}

/** What a checkpoint keeps of a region: its terms have no state, so what is under way is just run once more. */
interface RegionSnapshot {
  readonly stock: Cargo
  readonly activations: readonly (Cargo & { readonly underWay: number; readonly given: Totals | undefined })[]
  readonly queues: SavedQueues
}

/** Nobody knows what an item costs before the first one is done. */
const FIRST_BATCH = 1
/** The next batch has so many times the items of the last one at most. */
const GROWTH = 16
/** The same, once readers were slow: then batches are halved, but not below so many items. */
const GROWTH_AFTER = 2
const LEAST_HALVED = 1024
/** Batches sent and not handed on, per worker, at most. */
const WINDOW_PER_WORKER = 4

/** A task joins up to so many of the engine's batches, where items are so cheap that a batch is not worth its trip. */
const JOINED_BATCHES = 16
/** A task that folds takes up to so many splits: of each task one partial comes back, whatever its size. */
const JOINED_SPLITS = 4
/** Once the input has ended, what is left is cut so that each worker gets so many tasks more… */
const LAST_TASKS_PER_WORKER = 2
/** …each of about so many ms at least: for less the workers would wait longer for tasks than for each other. */
const LAST_TASK_MS = 2

/** Runs stateless terms on workers. */
export class RegionStage extends RemoteStage {
  /** Taken in, for the next task: so that a task can be larger than an edge. */
  readonly #stock = new Stock()
  /** Sent and not yet handed on, oldest first. */
  readonly #activations: Activation[] = []
  #batch = FIRST_BATCH
  #growth = GROWTH
  /** Items of one of the last tasks at least. */
  #lastBatch = FIRST_BATCH
  /** Set where the region begins with a source. */
  readonly #feed: SplitFeed | undefined
  readonly #tails: Tails
  /** All that the tails give at their end is on its way. */
  #hasEnded = false

  /** @param splits of the source that the region begins with, if it does */
  constructor(
    stage: StageParts,
    dispatcher: Dispatcher,
    place: RegionPlace,
    splits?: Iterable<unknown> | AsyncIterable<unknown>,
  ) {
    super(stage, dispatcher, place)
    this.#tails = new Tails(this, place.region)
    if (splits === undefined) return
    const owner = {
      onReady: () => this.wake(),
      onFailed: (error: unknown) => this.failed(error, 'generate', 0),
    }
    const tasksAhead = Math.max(1, dispatcher.size) * LAST_TASKS_PER_WORKER
    this.#feed = new SplitFeed(splits, owner, this.#tails.isEmpty ? 1 : tasksAhead * JOINED_SPLITS)
  }

  /** A source is entered here, the others where they run. */
  protected override get enteredNodes(): number {
    return this.#feed === undefined ? 0 : 1
  }

  override get lastSplit(): unknown {
    return this.#feed?.last
  }

  /** A source that is to stop opens no further split. */
  override stop(): void {
    this.#closeFeed()
    this.wake()
  }

  override start(): void {
    this.#tails.enter()
    const saved = this.restored?.own as RegionSnapshot | undefined
    if (saved !== undefined) this.#resume(saved)
    this.wake()
  }

  #resume({ stock, activations, queues }: RegionSnapshot): void {
    this.#stock.restore(stock)
    this.queues.restore(queues)
    for (const { items, times, underWay, given } of activations) {
      this.dispatcher.forceSlot()
      const shipment = { items, times, casualties: new Casualties() }
      this.#submit(shipment, underWay, given === undefined ? undefined : Progress.restored(given))
    }
  }

  protected override ownSnapshot(): RegionSnapshot {
    const activations = this.#activations.map(({ items, times, underWay, progress }) => ({
      items,
      times,
      underWay,
      given: progress?.given,
    }))
    return { stock: this.#stock.held, activations, queues: this.queues.save() }
  }

  override get isWaiting(): boolean {
    if (this.isDone) return false
    const isBusy = this.waiting || this.#feed?.isBusy === true
    return isBusy || this.underWay > 0 || this.letterHolds > 0 || this.dispatcher.isQueued(this)
  }

  protected override get pending(): number {
    return this.#activations.reduce((sum, { underWay }) => sum + underWay, this.#stock.size)
  }

  override activate(): void {
    this.activations++
    if (this.letterHolds > 0) return
    this.#collect()
    while (this.letterHolds === 0 && this.queues.size === 0 && this.#submitNext());
    if (this.#stock.size > 0 || this.#activations.length > 0 || this.queues.size > 0) return
    if (!(this.#feed?.isDone ?? this.inlet.isDone)) return
    if (this.#tails.isEmpty || this.#hasEnded) this.finish()
    else this.#endTails()
  }

  #endTails(): void {
    this.#hasEnded = true
    this.await(this.#tails.end(), 'end', 0, (windows) => this.queues.add(windows as PortWindow[]))
  }

  protected override get begun(): readonly Begun[] {
    return this.#activations.filter(({ reply }) => reply?.hasMore !== false)
  }

  protected override release(): void | Promise<void> {
    const released = super.release()
    if (this.#feed === undefined) return released
    this.#closeFeed()
    return this.#released(released)
  }

  async #released(workers: void | Promise<void>): Promise<void> {
    const [own, theirs] = await Promise.allSettled([this.cleanUp.settled(), workers])
    for (const one of [own, theirs]) if (one.status === 'rejected') throw one.reason
  }

  #closeFeed(): void {
    const { id } = this.plan.nodes[0] as Stage['plan']['nodes'][number]
    this.#feed?.close(this.cleanUp, (error) => new TermError(id, 'generate', error))
  }

  /** Sends the next batch, if there is one worth sending and a slot for it. */
  #submitNext(): boolean {
    // replies that wait for a slower one before them are bounded, too
    if (this.#activations.length >= Math.max(1, this.dispatcher.size) * WINDOW_PER_WORKER) return false
    const count = this.#nextCount()
    if (count === 0 || this.isDone || this.outlet.room() <= 0 || !this.dispatcher.takeSlot(this)) return false
    if (this.#feed !== undefined) {
      this.#submit(this.shipmentOf({ items: this.#feed.take(count), times: undefined }), 0, undefined)
      return true
    }
    this.#stockUp(count)
    const shipment = this.shipmentOf(this.#stock.take(count))
    if (shipment.items.length === 0) {
      this.dispatcher.giveSlot()
      return false
    }
    this.#submit(shipment, shipment.items.length, undefined)
    return true
  }

  #submit(shipment: Shipment, underWay: number, progress: Progress | undefined): void {
    const id = this.nextActivation()
    const activation = {
      ...shipment,
      id,
      underWay,
      reply: undefined,
      worker: undefined,
      progress,
      abort: this.expect(),
      partials: [],
    }
    this.#activations.push(activation)
    this.#send(activation, this.#run(activation))
  }

  #send(activation: Activation, replied: Promise<DoneReply>): void {
    this.onSent()
    replied.then(
      (reply) => {
        this.onBack(reply)
        if (!reply.hasMore) this.expectNoMore(activation.abort)
        if (!this.isDone) this.#onReply(activation, reply)
      },
      (error: unknown) => {
        this.onBack()
        this.expectNoMore(activation.abort)
        if (!this.isDone) this.host.fail(error)
      },
    )
  }

  /**
   * Items of the next batch; 0 to wait for more. A worker without work gets its share of what is there, however
   * little; while all have some, only a batch that is worth its trip is sent: many small ones would never end.
   */
  #nextCount(): number {
    if (this.#feed !== undefined) return this.#nextSplits(this.#feed.known)
    let held = this.#stock.size
    let isLast = true
    for (const edge of this.inlet.edges) {
      held = Math.max(held, this.#stock.size + edge.items)
      isLast &&= edge.ended
    }
    // without a single worker the caller's thread does the work, a batch at a time
    const workers = Math.max(1, this.dispatcher.size)
    const idle = workers - this.underWay
    const wanted = Math.min(this.#batch, JOINED_BATCHES * this.host.batchItems)
    // all workers should have done their last at the same time
    const share = isLast ? held / (workers * LAST_TASKS_PER_WORKER) : wanted
    if (held >= wanted) return Math.ceil(Math.min(wanted, Math.max(share, this.#lastBatch)))
    if (idle > 0) return Math.ceil(held / idle)
    if (isLast) return Math.ceil(Math.min(held, Math.max(share, this.#lastBatch)))
    // everybody is busy: make room for the writers meanwhile
    this.#stockUp(wanted)
    return this.#stock.isFull ? this.#stock.size : 0
  }

  /** Fewer and fewer towards the end of those that are known: all workers should have done their last at the same time. */
  #nextSplits(known: number): number {
    const share = known / (Math.max(1, this.dispatcher.size) * LAST_TASKS_PER_WORKER)
    return Math.min(known, JOINED_SPLITS, Math.ceil(share))
  }

  /** Takes in what there is, up to `count` items in all. */
  #stockUp(count: number): void {
    while (this.#stock.size < count && !this.#stock.isFull) {
      const window = this.inlet.next(count - this.#stock.size)
      if (window === undefined) return
      this.#stock.add(window)
      this.inlet.consume(window.to - window.at)
    }
  }

  /** Has a worker run the batch; again, if the worker is lost with it. */
  async #run(activation: Activation): Promise<DoneReply> {
    let region: RegionRef | undefined
    for (;;) {
      if (this.isDone) throw closed()
      activation.progress?.restart()
      activation.partials = []
      let answer: Answer
      try {
        answer = await this.dispatcher.run(
          () => this.runTask(activation, activation.id, region, false, undefined),
          activation.abort.signal,
          undefined,
          this.limitsMs,
        )
      } catch (error) {
        activation.underWay -= this.survive(error, activation)
        continue
      }
      const { reply, worker } = answer
      activation.worker = worker
      if (reply.kind === 'done') return reply
      if (reply.kind !== 'unknown') throw this.asError(reply)
      region = this.place.region // this worker has not met it yet
    }
  }

  /** Asks for the rest of a batch. If the worker has lost it, the batch is run once more. */
  async #rest(activation: Activation): Promise<DoneReply> {
    const task = { kind: 'continue', key: this.place.key, activation: activation.id } as const
    const { abort, worker } = activation
    let answer: Answer | undefined
    try {
      answer = await this.dispatcher.run(() => task, abort.signal, worker, this.limitsMs)
    } catch (error) {
      this.survive(error, activation)
    }
    if (answer?.reply.kind === 'done') return answer.reply
    if (answer !== undefined && answer.reply.kind !== 'unknown') throw this.asError(answer.reply)
    return this.#run(activation)
  }

  #onReply(activation: Activation, reply: DoneReply): void {
    activation.reply = reply
    const { hasMore, busyMs, waitedMs, outputs } = reply
    const gaveTooMuch = hasMore && outputs.sizes.some((size) => size >= MAX_OUTPUTS)
    if (gaveTooMuch) this.#batch = Math.max(1, this.#batch / 2)
    else if (activation.progress === undefined && !hasMore) {
      const perMs = activation.items.length / Math.max(busyMs + waitedMs, 1e-6)
      const { batchMs } = this.dispatcher
      // what came before still waits for room: the readers are slower than the workers
      const isAhead = this.queues.size > 0
      if (isAhead) this.#growth = GROWTH_AFTER
      const most = isAhead ? Math.max(LEAST_HALVED, this.#batch / 2) : Number.POSITIVE_INFINITY
      this.#batch = Math.max(1, Math.min(perMs * batchMs, activation.items.length * this.#growth, most))
      this.#lastBatch = Math.max(1, perMs * Math.min(LAST_TASK_MS, batchMs))
    }
    this.wake()
  }

  /** Hands over the replies that are next in order, as far as there is room for them. */
  #collect(): void {
    while (this.letterHolds === 0 && this.queues.flush()) {
      const [first] = this.#activations
      if (first?.reply === undefined) return
      const { reply } = first
      first.reply = undefined
      if (reply.hasMore) first.progress ??= new Progress()
      const brought = this.#tails.sort(unpackOutputs(reply.outputs), first.partials)
      first.underWay -= this.accept(reply, first.progress, brought)
      if (!reply.hasMore) {
        this.#activations.shift()
        if (!this.#merge(first.partials)) return
      }
      // what is next in order needs no slot: it is bounded by being one
      else this.#sendRest(first)
    }
  }

  /** Returns whether it could be done. */
  #merge(partials: Partials): boolean {
    if (this.#tails.isEmpty) return true
    try {
      this.queues.add(this.#tails.merge(partials))
      return true
    } catch (error) {
      this.failed(error, 'item', 0)
      return false
    }
  }

  #sendRest(activation: Activation): void {
    this.dispatcher.forceSlot()
    this.#send(activation, this.#rest(activation))
  }
}
