/**
 * `PoolStage`: a stateless stage whose batches run on any worker of a pool, several at a time. Replies are put
 * back in order, so the readers cannot tell.
 *
 * The engine sees a stage like any other: it takes from its inlet while its outbox is empty and a slot is free, and
 * is parked by a full outlet. So what is under way is bounded by the slots, whatever the graph's size.
 */

import { TermError } from '@millrace/core'
import { type NodeRecord, Outbox, Stage, type StageHost } from '@millrace/core/engine'
import { GraphMismatchError, WorkerLostError } from '../errors.ts'
import { pack, type Transferred, unpack } from '../worker/packed.ts'
import { type GraphRef, PROTOCOL_VERSION, type Reply, type Task } from '../worker/protocol.ts'
import { fromWire } from '../worker/wire-error.ts'
import type { PoolHost } from './pool-host.ts'

/** A batch on its way to a worker and back. */
interface Activation {
  readonly items: readonly unknown[]
  readonly times: readonly number[] | undefined
  attempts: number
  reply: Extract<Reply, { kind: 'done' }> | undefined
}

/** A batch is sized to keep a worker busy for about so long: far above a round trip, far below a human's patience. */
const TARGET_MS = 8
const FIRST_BATCH = 16
/** A batch that is still under way so long after its stage has ended has its worker ended. */
const PATIENCE_MS = 1000
/** A worker that dies of the same batch so many times will do it again. */
const MAX_ATTEMPTS = 3

/** Runs a stage on a pool. */
export class PoolStage extends Stage {
  readonly #pool: PoolHost
  readonly #graph: GraphRef
  readonly #indexes: readonly number[]
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

  constructor(
    stage: ConstructorParameters<typeof Stage>,
    pool: PoolHost,
    graph: GraphRef,
    indexes: readonly number[],
  ) {
    super(...stage)
    this.#pool = pool
    this.#graph = graph
    this.#indexes = indexes
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
    const count = this.#nextCount()
    if (count === 0 || this.isDone || this.outlet.room() <= 0 || !this.#pool.takeSlot(this)) return false
    const activation = this.#gather(count)
    if (activation.items.length === 0) {
      this.#pool.giveSlot()
      return false
    }
    this.#activations.push(activation)
    this.#underWay++
    this.#submit(activation).then(
      (reply) => this.#onReply(activation, reply),
      (error: unknown) => this.#onFailed(error),
    )
    return true
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
  async #submit(activation: Activation): Promise<Extract<Reply, { kind: 'done' }>> {
    let cause: unknown
    while (activation.attempts < MAX_ATTEMPTS) {
      // a result that cannot be cloned ends its worker, too: from the second attempt on it is looked for
      const diagnose = activation.attempts++ > 0
      const abort = new AbortController()
      this.#aborts.add(abort)
      let reply: Reply
      try {
        reply = await this.#pool.run((transfer) => this.#task(activation, diagnose, transfer), abort.signal)
      } catch (error) {
        if (this.isDone) throw error
        this.#pool.countLoss()
        cause = error
        continue
      } finally {
        this.#aborts.delete(abort)
      }
      if (reply.kind === 'done') return reply
      throw this.#asError(reply)
    }
    const terms = this.plan.nodes.map(({ id }) => id)
    throw new WorkerLostError(terms, activation.attempts, cause)
  }

  #task({ items, times }: Activation, diagnose: boolean, transfer: Transferred): Task {
    return {
      version: PROTOCOL_VERSION,
      graph: this.#graph,
      nodes: this.#indexes,
      timed: this.host.timed,
      items: pack(items, 0, items.length, transfer),
      times: times === undefined ? undefined : Float64Array.from(times),
      diagnose,
    }
  }

  #asError(reply: Exclude<Reply, { kind: 'done' }>): unknown {
    if (reply.kind === 'mismatch') {
      const here = this.#graph.fingerprint.split('\n')
      const at = here.findIndex((line, i) => line !== reply.lines[i])
      const nothing = 'no further node'
      return at < 0
        ? new GraphMismatchError(this.#graph.url, nothing, reply.lines[here.length] ?? nothing)
        : new GraphMismatchError(this.#graph.url, here[at] ?? nothing, reply.lines[at] ?? nothing)
    }
    const error = fromWire(reply.error)
    if (reply.at < 0) return error
    return new TermError(this.plan.nodes[reply.at]?.id ?? '', reply.phase, error, reply.item)
  }

  #onFailed(error: unknown): void {
    this.#underWay--
    this.#pool.giveSlot()
    if (!this.isDone) this.host.fail(error)
  }

  #onReply(activation: Activation, reply: Extract<Reply, { kind: 'done' }>): void {
    this.#underWay--
    this.#pool.giveSlot()
    if (this.#underWay === 0) clearTimeout(this.#patience)
    activation.reply = reply
    this.busyMs += reply.busyMs
    this.#pool.count(reply)
    const perItem = reply.busyMs / activation.items.length
    const wanted = perItem === 0 ? this.host.batchItems : TARGET_MS / perItem
    this.#batch = Math.max(1, Math.min(wanted, activation.items.length * 4))
    this.wake()
  }

  /** Hands over the replies that are next in order. */
  #collect(): void {
    while (this.#activations[0]?.reply !== undefined) {
      const { reply } = this.#activations.shift() as { reply: Extract<Reply, { kind: 'done' }> }
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
