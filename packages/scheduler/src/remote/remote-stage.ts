/**
 * `RemoteStage`: what stages have in common whose batches run on workers: tasks are made, replies are booked, losses
 * of workers are survived, errors get their names back. Extended by `RegionStage` and `StatefulStage`.
 */

import { setMaxListeners } from 'node:events'
import { performance } from 'node:perf_hooks'
import { MillraceError, TermError } from '@millrace/core'
import {
  addFailures,
  DEFAULT_CLEANUP_TIMEOUT_MS,
  estimateBytes,
  failureRecordOf,
  Guard,
  longTimer,
  type Node,
  type NodeRecord,
  onAbort,
  Stage,
  type StageHost,
  Uncarriable,
} from '@millrace/core/engine'
import { GraphMismatchError, WorkerLostError } from '../errors.ts'
import { fromWireLetter } from '../worker/letters.ts'
import { type PortWindow, unpackOutputs } from '../worker/outputs.ts'
import { pack } from '../worker/packed.ts'
import {
  type DoneReply,
  type FailedReply,
  type MismatchReply,
  NODE_COUNTS,
  type NodeFailures,
  PROTOCOL_VERSION,
  type RegionRef,
  type Reply,
  type RunTask,
  type StatefulTask,
} from '../worker/protocol.ts'
import { fromWireItem, refusal } from '../worker/refusal.ts'
import { fromWire } from '../worker/wire-error.ts'
import { Casualties } from './casualties.ts'
import type { Dispatcher, WorkerHandle } from './dispatcher.ts'
import type { CallLimits } from './hang-watch.ts'
import type { RegionPlace } from './place.ts'
import { type Cargo, PortQueues } from './port-queues.ts'
import type { Progress } from './progress.ts'
import { WorkerDeath } from './worker-death.ts'

/** Beyond the time for clean-up: how long a worker may be in something else before it hears that a batch is let go. */
const LET_GO_MS = 15_000

/** Items on their way to a worker. */
export interface Shipment extends Cargo {
  /** Workers that were lost with them. */
  readonly casualties: Casualties
}

/** A batch that is not through. */
export interface Begun {
  /** Of its activation. */
  readonly id: number
  /** Who has answered last, if anybody has. */
  readonly worker: WorkerHandle | undefined
  readonly abort: AbortController
}

/** What the engine hands to each stage's constructor. */
export type StageParts = readonly [
  plan: Stage['plan'],
  inlet: Stage['inlet'],
  outlet: Stage['outlet'],
  host: StageHost,
]

/** A stage whose batches run on workers. */
export abstract class RemoteStage extends Stage {
  protected readonly dispatcher: Dispatcher
  protected readonly place: RegionPlace
  protected readonly queues = new PortQueues(this.outlet)
  /** One per batch that something is still expected of. */
  readonly #aborts = new Set<AbortController>()
  protected underWay = 0
  /** Dead letters that nobody has room for: no reply is taken before they are gone. */
  protected letterHolds = 0
  #activation = 0
  #copiedInside = 0
  /** Of the time that workers had the last batch: the share in which terms were at work. */
  #workShare = 1
  /** Time that workers spent in each node, in ms. */
  readonly #nodeMs: number[] = this.plan.nodes.map(() => 0)
  readonly #traffic = { sent: 0, received: 0 }
  #leftover = 0

  constructor(stage: StageParts, dispatcher: Dispatcher, place: RegionPlace) {
    super(...stage)
    this.dispatcher = dispatcher
    this.place = place
  }

  override get runsOn(): 'caller' | 'workers' {
    return this.dispatcher.size > 0 ? 'workers' : 'caller'
  }

  override get trafficBytes(): { readonly sent: number; readonly received: number } {
    return this.#traffic
  }

  override get shares(): readonly number[] | undefined {
    const sum = this.#nodeMs.reduce((all, ms) => all + ms, 0)
    return sum > 0 ? this.#nodeMs.map((ms) => ms / sum) : super.shares
  }

  override get isHeldUp(): boolean {
    return super.isHeldUp || this.isHeld
  }

  /** Whoever has nothing on its way and waits for a slot is held, too. */
  override get isHeld(): boolean {
    return super.isHeld || (!this.isDone && this.underWay === 0 && this.dispatcher.isQueued(this))
  }

  override get progress(): number {
    return this.dispatcher.isQueued(this) ? -1 - this.batches : super.progress
  }

  override get copied(): number {
    return this.outlet.copied + this.#copiedInside
  }

  /** Of ports that nothing reads, workers send numbers alone. */
  override get left(): number {
    return this.outlet.left
  }

  /** What was taken in and not sent on, because the stage ended early. */
  override get leftover(): number {
    return this.#leftover
  }

  /** Items taken in whose outputs are not known yet. */
  protected abstract get pending(): number

  override get heldItems(): number {
    return this.pending
  }

  /** Takes up to `count` items, over as many windows as it needs. */
  protected gather(count: number): Shipment {
    const items: unknown[] = []
    const times: number[] = []
    while (items.length < count) {
      const window = this.inlet.next(count - items.length)
      if (window === undefined) break
      for (let i = window.at; i < window.to; i++) {
        items.push(window.items[i])
        if (window.times !== undefined) times.push(window.times[i] as number)
      }
      this.inlet.consume(window.to - window.at)
    }
    return this.shipmentOf({ items, times: this.host.timed ? times : undefined })
  }

  /** Items that were taken in, to be sent now. */
  protected shipmentOf({ items, times }: Pick<Shipment, 'items' | 'times'>): Shipment {
    if (items.length > 0) {
      this.count(items.length)
      this.#traffic.sent += items.length * estimateBytes(items[items.length - 1])
    }
    return { items, times, casualties: new Casualties() }
  }

  protected nextActivation(): number {
    return this.#activation++
  }

  /** `isCareful` where the batch is run after another one that is, in the same runner. */
  protected runTask(
    { items, times, casualties }: Shipment,
    activation: number,
    region: RegionRef | undefined,
    isCareful: boolean,
    stateful: StatefulTask | undefined,
  ): RunTask {
    return {
      kind: 'run',
      version: PROTOCOL_VERSION,
      key: this.place.key,
      region,
      activation,
      loads: [
        {
          items: pack(items, 0, items.length, this.dispatcher.way),
          times: times === undefined ? undefined : Float64Array.from(times),
          enterAt: -1,
        },
      ],
      isCareful: isCareful || casualties.isCareful,
      poison: casualties.poison,
      stateful,
    }
  }

  /**
   * Books what a reply says, and queues what it brings (`brought`, for the ports that are read); both only beyond what an
   * earlier attempt gave. Returns how many items fewer of the batch are under way.
   */
  protected accept(
    reply: DoneReply,
    progress?: Progress,
    brought: readonly PortWindow[] = unpackOutputs(reply.outputs),
  ): number {
    this.processingMs += reply.busyMs
    reply.nodeMs.forEach((ms, at) => {
      this.#nodeMs[at] = (this.#nodeMs[at] as number) + ms
    })
    this.dispatcher.count(reply)
    this.#tellSpan(reply)
    const all = { ...reply, windows: brought }
    this.#traffic.received += bytesOf(all.windows)
    const { windows, counts, copied, left, failures } = progress?.advance(all) ?? all
    // what an op takes is gone, what it gives is under way until it has left the region
    let gone = left - copied
    for (let node = 0, at = 0; node < this.records.length; node++) {
      const record = this.records[node] as NodeRecord
      const before = record.in - record.out
      for (const key of NODE_COUNTS) record[key] += counts[at++] as number
      gone += record.in - record.out - before
    }
    this.#copiedInside += copied
    this.outlet.left += left
    this.queues.add(windows)
    for (const failed of failures) this.#acceptFailures(failed)
    return windows.reduce((sum, { from, to }) => sum + to - from, gone)
  }

  #tellSpan({ worker, begunAtMs, busyMs, waitedMs }: DoneReply): void {
    const nodes = this.plan.nodes.map(({ id }) => id)
    this.host.onSpan?.({ worker, nodes, beginMs: begunAtMs, durationMs: busyMs, waitedMs })
  }

  protected get limitsMs(): CallLimits | undefined {
    return this.place.region.limitsMs
  }

  #acceptFailures({ at, counts, letters }: NodeFailures): void {
    addFailures(failureRecordOf(this.records[at] as NodeRecord), counts)
    for (const letter of letters) {
      // the id is the one it has here: in a graph of its own it may have another
      const term = this.plan.nodes[at]?.id ?? letter.term
      this.#holdFor(this.host.setAside({ ...fromWireLetter(letter), term }, letter.isFatal))
    }
  }

  #holdFor(held: void | Promise<void>): void {
    if (held === undefined) return
    this.letterHolds++
    void held.then(() => {
      this.letterHolds--
      this.wake()
    })
  }

  /**
   * A worker was lost, or an item cannot be sent: then it is set aside, if its term says so, and is no part of the
   * shipment any more. Returns how many items fewer are under way. @throws the error to end the run with, if it is of no
   * use to try again.
   */
  protected survive(error: unknown, shipment: Shipment): number {
    if (error instanceof Uncarriable) return this.#refuse(shipment, error)
    const { casualties } = shipment
    const death = error instanceof WorkerDeath ? error : new WorkerDeath(error)
    if (this.isDone) throw death.cause
    this.dispatcher.countLoss(death.cause)
    if (casualties.add(death)) return 0
    const terms = this.plan.nodes.slice(0, 5).map(({ id }) => id)
    throw new WorkerLostError(terms, casualties.deaths, death.cause)
  }

  /** An item cannot leave this thread: it fails in the term that would take it. @throws {TermError} unless it is set aside. */
  #refuse(shipment: Shipment, why: Uncarriable): number {
    const { items, times } = shipment
    const node = this.plan.nodes[0] as Node
    const record = this.records[0] as NodeRecord
    const error = refusal('input', why)
    const item = items[why.at]
    // of an item that several terms would take, there would have to be a letter for each
    const isSingle = (this.plan.entries ?? 1) === 1
    // nothing to call again, or to put in its place: the result of a fallback would have to find its place in the order
    const { onError } = node.policy
    if (!isSingle || (onError !== 'skip' && !this.host.stopsOnFailure)) {
      failureRecordOf(record).error++
      throw new TermError(node.id, 'item', error, item)
    }
    record.in++
    const verdict = new Guard(node, record, this.host).judge({ item, error, attempts: 0, hasGiven: true })
    if (verdict.kind !== 'skip') throw new TermError(node.id, 'item', error, item)
    this.#holdFor(verdict.held)
    const without = <One>(list: readonly One[]): One[] => list.filter((_, at) => at !== why.at)
    Object.assign(shipment, { items: without(items), times: times && without(times) })
    return 1
  }

  protected asError(reply: FailedReply | MismatchReply): unknown {
    if (reply.kind === 'mismatch') {
      const { url } = this.place.region.graph
      const here = this.place.lines.split('\n')
      const at = here.findIndex((line, i) => line !== reply.lines[i])
      const nothing = 'no further node'
      return at < 0
        ? new GraphMismatchError(url, nothing, reply.lines[here.length] ?? nothing)
        : new GraphMismatchError(url, here[at] ?? nothing, reply.lines[at] ?? nothing)
    }
    if (reply.phase === 'item' && reply.at >= 0 && !this.#isSource(reply)) {
      failureRecordOf(this.records[reply.at] as NodeRecord).error++
    }
    return this.#termErrorOf(reply)
  }

  /** A split is no item: what fails is the source. */
  #isSource({ at }: FailedReply): boolean {
    return at === 0 && this.place.region.opensSplits
  }

  #termErrorOf(reply: FailedReply): unknown {
    const error = fromWire(reply.error)
    if (reply.at < 0) return error
    const { id = '' } = this.plan.nodes[reply.at] ?? {}
    if (this.#isSource(reply)) return new TermError(id, 'generate', error)
    return new TermError(id, reply.phase, error, fromWireItem(reply.item))
  }

  /** For the tasks of one batch: aborts when the stage ends before the batch does. */
  protected expect(): AbortController {
    const abort = new AbortController()
    setMaxListeners(0, abort.signal) // one for each batch that is replayed
    this.#aborts.add(abort)
    return abort
  }

  /** The batch is through: nothing more is expected of it. */
  protected expectNoMore(abort: AbortController): void {
    this.#aborts.delete(abort)
  }

  /** A task is about to be sent. */
  protected onSent(): void {
    if (this.underWay++ === 0) this.stageClock.send(performance.now())
  }

  /** Its reply is here, or it failed. */
  protected onBack(reply?: DoneReply): void {
    if (reply !== undefined && reply.busyMs + reply.waitedMs > 0) {
      this.#workShare = reply.busyMs / (reply.busyMs + reply.waitedMs)
    }
    this.underWay--
    this.dispatcher.giveSlot()
    this.stageClock.receive(performance.now(), this.underWay === 0, this.#workShare)
  }

  /** Batches that were sent and are not through: iterators may be open for them. */
  protected abstract get begun(): readonly Begun[]

  protected override release(): void | Promise<void> {
    this.dispatcher.leave(this)
    // of a run that failed it counts as discarded, not as filtered
    if (!this.host.signal.aborted) this.#leftover = this.pending + this.queues.size
    const opensIterators =
      this.place.region?.opensSplits ||
      this.plan.kernels.some(({ kind }) => kind === 'flatMap' || kind === 'expand')
    const { begun } = this
    if (this.host.signal.aborted || !opensIterators || begun.length === 0) this.#abandon()
    else return this.#letGo(begun)
  }

  /** Nobody waits for any batch any more. */
  #abandon(): void {
    const reason = closed()
    for (const abort of this.#aborts) abort.abort(reason)
    this.#aborts.clear()
  }

  /** Has workers close the iterators that they opened for these batches. Rejects with the first failure in that. */
  async #letGo(begun: readonly Begun[]): Promise<void> {
    const stopListening = onAbort(this.host.signal, () => this.#abandon())
    try {
      await Promise.all(begun.map((batch) => this.#letGoOf(batch)))
    } finally {
      stopListening()
      this.#abandon()
    }
  }

  async #letGoOf({ id: activation, worker, abort }: Begun): Promise<void> {
    const timeoutMs = this.host.cleanupTimeoutMs ?? DEFAULT_CLEANUP_TIMEOUT_MS
    const task = { kind: 'letGo', key: this.place.key, activation, timeoutMs } as const
    const { signal } = this.expect()
    const reply = await new Promise<Reply | undefined>((resolve) => {
      const settle = (reply?: Reply): void => {
        forget()
        resolve(reply)
      }
      // it may wait behind what a worker does for another run
      const forget = longTimer(timeoutMs + LET_GO_MS, () => setImmediate(settle), true)
      signal.addEventListener('abort', () => settle(), { once: true })
      // a worker that is lost in it has nothing to close any more
      this.dispatcher.letGo(task, worker, signal).then(settle, () => settle())
    })
    abort.abort(closed()) // one that has not begun must not begin now
    if (reply?.kind === 'failed') throw this.#termErrorOf(reply)
  }
}

/** What is said of a batch that was not begun when its stage ended. */
export function closed(): MillraceError {
  return new MillraceError('RUN_CLOSED', 'The stage has ended before this batch.')
}

/** Estimated from one item: a reply from many ports has a window for each. */
function bytesOf(windows: readonly PortWindow[]): number {
  let count = 0
  let sample: PortWindow | undefined
  for (const window of windows) {
    if (window.to === window.from) continue
    count += window.to - window.from
    sample ??= window
  }
  return sample === undefined ? 0 : count * estimateBytes(sample.items[sample.to - 1])
}
