/** `StreamStage`: a term that is a coroutine, reading its inputs through views and awaiting room to emit. */

import type { Kernel } from '../contracts.ts'
import { CancelledError, WrongStateError } from '../errors.ts'
import type { Node } from '../graph/graph.ts'
import type { HistoryBound, StreamContext, View } from '../term/stream-term.ts'
import type { NodeContext } from './context.ts'
import type { Edge } from './edge.ts'
import { EdgeView, type ViewSnapshot } from './edge-view.ts'
import type { NodeRecord } from './node-record.ts'
import { Outbox } from './outbox.ts'
import { RunningTime } from './running-time.ts'
import { Stage } from './stage.ts'

/** What a checkpoint keeps of a coroutine beside its state. */
interface StreamSnapshot {
  readonly views: readonly ViewSnapshot[]
}

/** A timer that fires while the stages are held is set again, for so long at least. */
const HELD_MS = 50

/** Runs a `stream` kernel. */
export class StreamStage extends Stage {
  readonly #views: EdgeView[] = []
  readonly #node = this.plan.nodes[0] as Node
  readonly #record = this.records[0] as NodeRecord
  readonly #outbox = new Outbox(this.outlet, this.#record, this.host.timed, this.#node.id)
  #coroutine: Promise<void> = Promise.resolve()
  /** It was told something in this turn of the event loop. */
  #isMoving = false
  readonly #time = this.host.runningTime ?? new RunningTime(this.host.clock)
  /** Cancels each timer that is set. */
  readonly #timers = new Set<() => void>()
  /** A turn of the event loop has passed since it was told to halt. */
  #isRested = false
  /** The `emit` that waits for room. */
  #parked: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined

  override start(): void {
    const kernel = this.plan.kernels[0] as Extract<Kernel, { kind: 'stream' }>
    const { history = 'none' } = kernel.self as { readonly history?: HistoryBound }
    const [ctx] = this.contexts
    if (ctx === undefined) return
    const onRead = (): void => {
      this.#record.in++
      this.count(1)
    }
    // with a single view, one that is not asked tells that the coroutine is at work
    const onAnswer = this.inlet.edges.length > 1 ? () => this.#expectMove() : () => {}
    const hear = {
      onRead,
      onAsk: () => this.#onAsk(),
      onAnswer,
      isHeld: () => this.isHalting,
      time: this.#time,
    }
    const saved = this.restored?.own as StreamSnapshot | undefined
    this.inlet.edges.forEach((edge, at) => {
      this.#views.push(new EdgeView(edge, history, this.host.clock, hear, saved?.views[at]))
    })
    const views: View<unknown> | Readonly<Record<string, View<unknown>>> | undefined =
      this.#views.length === 1 && !this.#node.rows
        ? this.#views[0]
        : Object.fromEntries(this.#views.map((view) => [view.name, view]))
    const run = kernel.run as unknown as (
      views: unknown,
      ctx: StreamContext<unknown, unknown>,
    ) => Promise<void>
    this.#coroutine = this.#emitBorn([], ctx)
      .then(() => run.call(kernel.self, views, this.#streamContext(ctx)))
      .then(async () => {
        if (!this.isDone) await this.#emitBorn((await this.#node.leaf.end?.(ctx as never)) ?? [], ctx)
      })
      .then(
        () => this.finish(),
        (error: unknown) => this.failed(error, 'run', 0),
      )
  }

  #onAsk(): void {
    if (!this.isWaiting) this.stageClock.rest()
    this.host.look()
  }

  override halt(): void {
    if (this.isHalting) return
    super.halt()
    // an item that was just handed out is on its way through promises, which the next turn will have seen the end of
    setImmediate(() => {
      this.#isRested = true
      this.host.look()
    })
  }

  override goOn(): void {
    this.#isRested = false
    super.goOn()
  }

  /** It waits for an item and for nothing else, and was given none since it was told to halt. */
  override get isSettled(): boolean {
    const [ctx] = this.contexts
    if (!this.#isRested || this.#parked !== undefined || this.#outbox.size > 0) return false
    return ctx?.sleeping === 0 && this.#views.some((view) => view.isAsked)
  }

  protected override ownSnapshot(): StreamSnapshot {
    return { views: this.#views.map((view) => view.save()) }
  }

  /** Emits what `enter` or `end` left in the context, and then `items`. */
  async #emitBorn(items: Iterable<unknown>, ctx: NodeContext): Promise<void> {
    const pending = ctx.pending ?? []
    ctx.pending = null
    for (const list of [pending, items]) {
      for (const item of list) {
        if (item !== undefined) this.#record.born++
        await this.#emit(item, ctx)
      }
    }
  }

  #streamContext(ctx: NodeContext): StreamContext<unknown, unknown> {
    const emit = (item: unknown): Promise<void> => this.#emit(item, ctx)
    const hold = (): (() => void) => {
      let isHeld = true
      ctx.sleeping++
      return () => {
        if (!isHeld) return
        isHeld = false
        ctx.sleeping--
        this.host.look()
      }
    }
    const after = (delayMs: number, callback: () => void): (() => void) => this.#after(delayMs, callback)
    const countUnmatched = (): void => {
      this.#record.unmatched = (this.#record.unmatched ?? 0) + 1
    }
    return new Proxy(ctx, {
      get: (target, key) => {
        if (key === 'emit') return emit
        if (key === 'hold') return hold
        if (key === 'after') return after
        if (key === 'countUnmatched') return countUnmatched
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
      set: (target, key, value) => Reflect.set(target, key, value, target),
    }) as unknown as StreamContext<unknown, unknown>
  }

  /** Calls back once the time is over and the stages may run, when what has come meanwhile lies on the edges. */
  #after(delayMs: number, callback: () => void): () => void {
    let disarm = (): void => {}
    const cancel = (): void => {
      this.#timers.delete(cancel)
      disarm()
    }
    const fire = (): void => {
      if (!this.#timers.has(cancel)) return
      if (this.#time.isHeld || this.isHalting) {
        arm(Math.max(delayMs, HELD_MS))
        return
      }
      this.#timers.delete(cancel)
      callback()
      this.#expectMove()
    }
    const arm = (ms: number): void => {
      // where the thread was busy, timers come first and what has come to it after them
      disarm = this.host.clock.after(ms, () => void setImmediate(fire))
    }
    this.#timers.add(cancel)
    arm(delayMs)
    return cancel
  }

  /** It was told something, and goes on from there within this turn of the event loop: only then is it known what it waits for. */
  #expectMove(): void {
    if (this.#isMoving) return
    this.#isMoving = true
    setImmediate(() => {
      this.#isMoving = false
      this.host.look()
    })
  }

  /** It is about to, or a timer is set and it would hear of it. */
  override get mayGoOn(): boolean {
    if (this.isDone || this.#parked !== undefined) return false
    return this.#isMoving || this.#timers.size > 0
  }

  #emit(item: unknown, ctx: NodeContext): Promise<void> {
    if (this.isDone) return Promise.reject(new CancelledError(undefined))
    if (this.#parked !== undefined) {
      return Promise.reject(new WrongStateError(`Term "${ctx.id}" must await each emit() before the next.`))
    }
    this.#outbox.push(item, this.host.timed ? this.host.clock.now() : Number.NaN)
    if (this.#outbox.flush()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#parked = { resolve, reject }
      this.host.look()
    })
  }

  /** Woken by an edge: hands items to waiting views, and room to a waiting emit. */
  override activate(): void {
    this.activations++
    if (!this.isHalting) for (const view of this.#views) view.serve()
    const parked = this.#parked
    if (parked === undefined || !this.#outbox.flush()) return
    this.#parked = undefined
    if (this.wanted.length > 0) this.#expectMove() // else it is known to be at work
    parked.resolve()
  }

  /** The coroutine waits for something else than its edges. */
  override get isWaiting(): boolean {
    if (super.isWaiting || (this.isHalting && !this.#isRested && !this.isDone)) return true
    return !this.isDone && this.#parked === undefined && !this.#views.some((view) => view.isAsked)
  }

  /** The edges whose next item a view waits for. */
  override get wanted(): readonly Edge[] {
    return this.#views.filter((view) => view.isAsked).map((view) => view.edge)
  }

  /** A coroutine that failed has ended. */
  protected override goOnAfter(phase: string): boolean {
    if (phase === 'run') this.finish()
    return phase === 'run'
  }

  protected override async release(): Promise<void> {
    const gone = new CancelledError(undefined)
    for (const cancel of [...this.#timers]) cancel()
    for (const view of this.#views) view.abandon(gone)
    this.#parked?.reject(gone)
    this.#parked = undefined
    // exit follows run, but nobody waits for a coroutine that hangs in something of its own
    await Promise.race([this.#coroutine, new Promise((resolve) => setImmediate(resolve))])
  }
}
