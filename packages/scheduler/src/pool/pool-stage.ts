/**
 * `PoolStage`: a stateless stage whose batches run on any worker of a pool, several at a time. Replies are put
 * back in order, so the readers cannot tell.
 *
 * The engine sees a stage like any other: it takes from its inlet while its outbox is empty and a slot is free, and
 * is parked by a full outlet. So what is under way is bounded by the slots, whatever the graph's size.
 */

import { MillraceError, TermError } from '@millrace/core'
import { type NodeRecord, Outbox, Stage, type StageHost } from '@millrace/core/engine'
import { GraphMismatchError, WorkerLostError } from '../errors.ts'
import { findUncloneable } from '../worker/clone-path.ts'
import { pack, type Transferred, unpack } from '../worker/packed.ts'
import { type GraphRef, PROTOCOL_VERSION, type Reply, type Task } from '../worker/protocol.ts'
import { fromWire } from '../worker/wire-error.ts'
import type { PoolHost } from './pool-host.ts'

type DoneReply = Extract<Reply, { kind: 'done' }>
type TooLargeReply = Extract<Reply, { kind: 'too large' }>

/** Where workers find a stage's nodes. */
export interface GraphPlace {
  readonly graph: GraphRef
  /** The graph's fingerprint as it is here. */
  readonly lines: string
  /** The stage's nodes, as indexes in the graph. */
  readonly indexes: readonly number[]
}

/** A batch on its way to a worker and back. */
interface Activation {
  readonly items: readonly unknown[]
  readonly times: readonly number[] | undefined
  attempts: number
  reply: DoneReply | undefined
}

/** A batch is sized to keep a worker busy for about so long: far above a round trip, far below a human's patience. */
const TARGET_MS = 8
const FIRST_BATCH = 16
/** A batch that is still under way so long after its stage has ended has its worker ended. */
const PATIENCE_MS = 1000
/** Batches sent and not handed on, per worker, at most. */
const WINDOW_PER_WORKER = 4
/** A worker that dies of the same batch so many times will do it again. */
const MAX_ATTEMPTS = 3

/** Runs a stage on a pool. */
export class PoolStage extends Stage {
  readonly #pool: PoolHost
  readonly #place: GraphPlace
  readonly #last = this.plan.nodes.length - 1
  readonly #outbox: Outbox
  /** Sent and not yet handed to the outbox, oldest first. */
  readonly #activations: Activation[] = []
  /** One per batch under way: tinypool leaves its listener on the signal. */
  readonly #aborts = new Set<AbortController>()
  #patience: NodeJS.Timeout | undefined
  #underWay = 0
  #leftover = 0
  #batch = FIRST_BATCH

  constructor(stage: ConstructorParameters<typeof Stage>, pool: PoolHost, place: GraphPlace) {
    super(...stage)
    this.#pool = pool
    this.#place = place
    const record: NodeRecord = { in: 0, out: 0, born: 0, extra: 0, empty: 0, failed: 0 }
    // counts come with the replies; the outbox keeps a record that nobody reads
    this.#outbox = new Outbox(this.outlet, record, this.host.timed, this.plan.nodes[this.#last]?.id ?? '')
  }

  /** The nodes are entered where they run. */
  override enter(): void {}

  override start(): void {
    this.wake()
  }

  override get isWaiting(): boolean {
    return !this.isDone && (this.#underWay > 0 || this.#pool.isQueued(this))
  }

  override activate(): void {
    this.activations++
    this.#collect()
    while (this.#outbox.flush() && this.#submitNext());
    if (this.inlet.isDone && this.#activations.length === 0 && this.#outbox.size === 0) this.finish()
  }

  /** Sends the next batch, if there is one worth sending and a slot for it. */
  #submitNext(): boolean {
    // replies that wait for a slower one before them are bounded, too
    if (this.#activations.length >= Math.max(1, this.#pool.size) * WINDOW_PER_WORKER) return false
    const count = this.#nextCount()
    if (count === 0 || this.isDone || this.outlet.room() <= 0 || !this.#pool.takeSlot(this)) return false
    const activation = this.#gather(count)
    if (activation.items.length === 0) {
      this.#pool.giveSlot()
      return false
    }
    this.#activations.push(activation)
    this.#begin(activation)
    return true
  }

  #begin(activation: Activation): void {
    this.#underWay++
    this.#submit(activation).then(
      (reply) => this.#onReply(activation, reply),
      (error: unknown) => this.#onFailed(error),
    )
  }

  /**
   * Items of the next batch; 0 to wait for more. A worker without work gets its share of what is there, however
   * little; while all have some, only a batch that is worth its trip is sent: many small ones would never end.
   */
  #nextCount(): number {
    let held = 0
    for (const edge of this.inlet.edges) held = Math.max(held, edge.items)
    const wanted = Math.min(this.#batch, this.host.batchItems)
    if (held >= wanted) return Math.ceil(wanted)
    // without a single worker the caller's thread does the work, a batch at a time
    const idle = Math.max(1, this.#pool.size) - this.#underWay
    return idle > 0 ? Math.ceil(held / idle) : 0
  }

  /** Takes up to `count` items, over as many windows as it needs. */
  #gather(count: number): Activation {
    const items: unknown[] = []
    const times: number[] = []
    while (items.length < count) {
      const window = this.inlet.next(count - items.length)
      if (window === undefined) break
      for (let i = window.at; i < window.to; i++) items.push(window.items[i])
      if (window.times !== undefined) times.push(...window.times.slice(window.at, window.to))
      this.inlet.consume(window.to - window.at)
    }
    return { items, times: this.host.timed ? times : undefined, attempts: 0, reply: undefined }
  }

  /** Has a worker run the batch; again, if the worker is lost with it. */
  async #submit(activation: Activation): Promise<DoneReply | TooLargeReply> {
    const abort = new AbortController()
    this.#aborts.add(abort)
    try {
      let cause: unknown
      for (let graph: GraphRef | undefined; activation.attempts < MAX_ATTEMPTS; ) {
        let reply: Reply
        try {
          reply = await this.#pool.run((transfer) => this.#task(activation, graph, transfer), abort.signal)
        } catch (error) {
          if (this.isDone) throw error
          this.#checkInput(activation, error)
          this.#pool.countLoss()
          activation.attempts++
          cause = error
          continue
        }
        if (reply.kind === 'done' || reply.kind === 'too large') return reply
        if (reply.kind !== 'unknown') throw this.#asError(reply)
        graph = this.#place.graph // this worker has not met the graph yet
      }
      const terms = this.plan.nodes.map(({ id }) => id)
      throw new WorkerLostError(terms, activation.attempts, cause)
    } finally {
      this.#aborts.delete(abort)
    }
  }

  #task({ items, times, attempts }: Activation, graph: GraphRef | undefined, transfer: Transferred): Task {
    return {
      version: PROTOCOL_VERSION,
      key: this.#place.graph.key,
      graph,
      nodes: this.#place.indexes,
      timed: this.host.timed,
      items: pack(items, 0, items.length, transfer),
      times: times === undefined ? undefined : Float64Array.from(times),
      // a result that cannot be cloned ends its worker, too: after a loss it is looked for
      diagnose: attempts > 0,
    }
  }

  /** @throws {TermError} if the batch never left this thread, because an item cannot be cloned. */
  #checkInput({ items }: Activation, error: unknown): void {
    if ((error as { readonly name?: unknown } | null)?.name !== 'DataCloneError') return
    for (const item of items) {
      const found = findUncloneable(item)
      if (found === undefined) continue
      const cause = new MillraceError(
        'NOT_CLONEABLE',
        `its input cannot be sent to a worker: item${found.path} is ${found.what}. ` +
          "Give it plain data, or keep the term on the caller's thread with local().",
      )
      throw new TermError(this.plan.nodes[0]?.id ?? '', 'item', cause, item)
    }
  }

  #asError(reply: Extract<Reply, { kind: 'failed' | 'mismatch' }>): unknown {
    if (reply.kind === 'mismatch') {
      const here = this.#place.lines.split('\n')
      const at = here.findIndex((line, i) => line !== reply.lines[i])
      const nothing = 'no further node'
      return at < 0
        ? new GraphMismatchError(this.#place.graph.url, nothing, reply.lines[here.length] ?? nothing)
        : new GraphMismatchError(this.#place.graph.url, here[at] ?? nothing, reply.lines[at] ?? nothing)
    }
    const error = fromWire(reply.error)
    if (reply.at < 0) return error
    return new TermError(this.plan.nodes[reply.at]?.id ?? '', reply.phase, error, reply.item)
  }

  #onFailed(error: unknown): void {
    this.#onBack()
    if (!this.isDone) this.host.fail(error)
  }

  #onBack(): void {
    this.#underWay--
    this.#pool.giveSlot()
    if (this.#underWay === 0) clearTimeout(this.#patience)
  }

  #onReply(activation: Activation, reply: DoneReply | TooLargeReply): void {
    this.#onBack()
    if (this.isDone) return
    if (reply.kind === 'too large') {
      this.#halve(activation)
      return
    }
    activation.reply = reply
    this.busyMs += reply.busyMs
    this.#pool.count(reply)
    const perItem = reply.busyMs / activation.items.length
    const wanted = perItem === 0 ? this.host.batchItems : TARGET_MS / perItem
    this.#batch = Math.max(1, Math.min(wanted, activation.items.length * 4))
    this.wake()
  }

  /** Sends a batch once more, in two halves, which take its place in the order. */
  #halve({ items, times }: Activation): void {
    const middle = items.length >> 1
    const halves = [
      { items: items.slice(0, middle), times: times?.slice(0, middle), attempts: 0, reply: undefined },
      { items: items.slice(middle), times: times?.slice(middle), attempts: 0, reply: undefined },
    ]
    const at = this.#activations.findIndex((other) => other.items === items)
    this.#activations.splice(at, 1, ...halves)
    this.#batch = Math.max(1, middle)
    for (const half of halves) {
      this.#pool.forceSlot()
      this.#begin(half)
    }
  }

  /** Hands over the replies that are next in order. */
  #collect(): void {
    while (this.#activations[0]?.reply !== undefined) {
      const { reply } = this.#activations.shift() as { reply: DoneReply }
      reply.records.forEach((record, at) => {
        const own = this.records[at] as NodeRecord
        for (const key of ['in', 'out', 'born', 'extra', 'empty', 'failed'] as const) own[key] += record[key]
      })
      const ports = this.plan.nodes[this.#last]?.leaf.outputs ?? ['out']
      reply.ports.forEach(({ items, times }, port) => {
        unpack(items).forEach((item, i) => {
          this.#outbox.push(
            this.outlet.routes ? { [ports[port] as string]: item } : item,
            times?.[i] ?? Number.NaN,
          )
        })
      })
    }
  }

  /** What was taken in and not sent on, because the stage ended early. */
  override get leftover(): number {
    return this.#leftover
  }

  protected override release(): void {
    this.#pool.leave(this)
    // of a run that failed it counts as discarded, not as filtered
    if (!this.host.signal.aborted)
      this.#leftover = this.#activations.reduce((sum, { items }) => sum + items.length, this.#outbox.size)
    // batches under way are short and nobody waits for them; a function that hangs must not outlive its run for long
    if (this.#underWay > 0)
      this.#patience = setTimeout(() => {
        for (const abort of this.#aborts) abort.abort()
      }, PATIENCE_MS)
  }
}

/** What the placement hands to each stage's constructor. */
export type StageParts = readonly [
  plan: Stage['plan'],
  inlet: Stage['inlet'],
  outlet: Stage['outlet'],
  host: StageHost,
]
