/** `StreamStage`: a term that is a coroutine, reading its inputs through views and awaiting room to emit. */

import type { Kernel } from '../contracts.ts'
import { CancelledError, WrongStateError } from '../errors.ts'
import type { HistoryBound, StreamContext, View } from '../term/stream-term.ts'
import type { NodeContext } from './context.ts'
import { EdgeView } from './edge-view.ts'
import { Stage } from './stage.ts'

/** Runs a `stream` kernel. */
export class StreamStage extends Stage {
  readonly #views: EdgeView[] = []
  /** The item whose `emit` waits for room, and how to go on. */
  #parked: { readonly item: unknown; readonly resolve: () => void; readonly reject: (e: unknown) => void } | undefined

  override start(): void {
    const kernel = this.plan.kernels[0] as Extract<Kernel, { kind: 'stream' }>
    const { history = 'none' } = kernel.self as { readonly history?: HistoryBound }
    const [ctx] = this.contexts
    if (ctx === undefined) return
    for (const edge of this.inlet.edges) {
      this.#views.push(new EdgeView(edge, history, this.host.clock, () => this.#onRead()))
    }
    const views: View<unknown> | Readonly<Record<string, View<unknown>>> | undefined =
      this.#views.length === 1
        ? this.#views[0]
        : Object.fromEntries(this.#views.map((view) => [view.name, view]))
    const run = kernel.run as unknown as (
      views: unknown,
      ctx: StreamContext<unknown, unknown>,
    ) => Promise<void>
    const seeds = ctx.pending
    ctx.pending = null
    this.#emitAll(seeds ?? [], ctx)
      .then(() => run.call(kernel.self, views, this.#streamContext(ctx)))
      .then(
        () => this.finish(),
        (error: unknown) => this.failed(error, 'run', 0),
      )
  }

  async #emitAll(items: readonly unknown[], ctx: NodeContext): Promise<void> {
    for (const item of items) await this.#emit(item, ctx)
  }

  #streamContext(ctx: NodeContext): StreamContext<unknown, unknown> {
    const emit = (item: unknown): Promise<void> => this.#emit(item, ctx)
    return new Proxy(ctx, {
      get: (target, key) => {
        if (key === 'emit') return emit
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
      set: (target, key, value) => Reflect.set(target, key, value, target),
    }) as unknown as StreamContext<unknown, unknown>
  }

  #onRead(): void {
    const [record] = this.records
    if (record !== undefined) record.in++
  }

  #emit(item: unknown, ctx: NodeContext): Promise<void> {
    if (this.isDone) return Promise.reject(new CancelledError(undefined))
    if (this.#parked !== undefined) {
      return Promise.reject(new WrongStateError(`Term "${ctx.id}" must await each emit() before the next.`))
    }
    if (item === undefined) return Promise.resolve()
    if (this.outlet.room() > 0) {
      this.#send(item)
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      this.#parked = { item, resolve, reject }
    })
  }

  #send(item: unknown): void {
    const [record] = this.records
    if (record !== undefined) record.out++
    this.outlet.send([item], this.host.timed ? [this.host.clock.now()] : undefined)
  }

  /** Woken by an edge: hands items to waiting views, and room to a waiting emit. */
  override activate(): void {
    this.activations++
    for (const view of this.#views) view.serve()
    const parked = this.#parked
    if (parked === undefined || this.outlet.room() <= 0) return
    this.#parked = undefined
    this.#send(parked.item)
    parked.resolve()
  }

  /** The coroutine waits for something else than its edges. */
  override get isWaiting(): boolean {
    if (super.isWaiting) return true
    return !this.isDone && this.#parked === undefined && !this.#views.some((view) => view.isAsked)
  }

  protected override release(): void {
    const gone = new CancelledError(undefined)
    for (const view of this.#views) view.abandon(gone)
    this.#parked?.reject(gone)
    this.#parked = undefined
  }
}
