/**
 * `ConcurrentStage`: one async term with several calls under way. Results leave in input order, or as they come.
 *
 * A call is begun only while there is room for its result, so neither calls nor results pile up.
 */

import { performance } from 'node:perf_hooks'
import type { Kernel } from '../contracts.ts'
import type { Node } from '../graph/graph.ts'
import { NodeContext } from './context.ts'
import { isPromise } from './frame.ts'
import { Outbox } from './outbox.ts'
import type { SavedItems } from './snapshot.ts'
import { type NodeRecord, Stage } from './stage.ts'

interface Call {
  readonly ctx: NodeContext
  settled: boolean
  value: unknown
}

/** What a checkpoint keeps of calls that have settled. */
interface ConcurrentSnapshot {
  readonly calls: readonly {
    readonly value: unknown
    readonly pending: readonly unknown[] | null
    readonly time: number
  }[]
  readonly outbox: SavedItems
  readonly lastTime: number
  readonly endCalled: boolean
}

/** Runs a `concurrent` kernel. */
export class ConcurrentStage extends Stage {
  readonly #kernel = this.plan.kernels[0] as Extract<Kernel, { kind: 'concurrent' }>
  readonly #node = this.plan.nodes[0] as Node
  readonly #record = this.records[0] as NodeRecord
  readonly #outbox = new Outbox(this.outlet, this.#record, this.host.timed, this.#node.id)
  /** Begun, and not yet handed to the outbox; oldest first. */
  readonly #calls: Call[] = []
  #underWay = 0
  #lastTime = Number.NaN
  #endCalled = false

  override start(): void {
    if (this.restored !== undefined) {
      this.#resume(this.restored.own as ConcurrentSnapshot)
      return
    }
    if (this.host.timed) this.#lastTime = this.host.clock.now()
    this.#takePending()
    this.wake()
  }

  #resume({ calls, outbox, lastTime, endCalled }: ConcurrentSnapshot): void {
    for (const { value, pending, time } of calls) {
      const ctx = new NodeContext(this.#node.id, this.host)
      Object.assign(ctx, { pending, at: time })
      this.#calls.push({ ctx, settled: true, value })
    }
    this.#outbox.restore(outbox)
    this.#lastTime = lastTime
    this.#endCalled = endCalled
    this.wake()
  }

  /** Calls that have settled are kept by what they gave, whether or not it is their turn. */
  override get isSettled(): boolean {
    return super.isSettled && this.#underWay === 0
  }

  protected override ownSnapshot(): ConcurrentSnapshot {
    const calls = this.#calls.map(({ ctx, value }) => ({ value, pending: ctx.pending, time: ctx.at }))
    return { calls, outbox: this.#outbox.save(), lastTime: this.#lastTime, endCalled: this.#endCalled }
  }

  override get isWaiting(): boolean {
    return super.isWaiting || (!this.isDone && this.#underWay > 0)
  }

  override activate(): void {
    const begun = performance.now()
    this.activations++
    this.#collect()
    if (this.#outbox.flush()) this.#begin()
    this.busyMs += performance.now() - begun
  }

  #begin(): void {
    if (this.isHalting) return
    const free = Math.min(this.#kernel.concurrency, this.outlet.room(true)) - this.#calls.length
    const window = free > 0 ? this.inlet.next(free) : undefined
    if (window !== undefined) {
      const { items, at, to, times } = window
      this.count(to - at)
      for (let i = at; i < to && !this.isDone; i++) this.#call(items[i], times?.[i] ?? Number.NaN)
      this.inlet.consume(to - at)
      this.wake()
    } else if (this.inlet.isDone && this.#calls.length === 0) this.#end()
  }

  #call(item: unknown, time: number): void {
    const ctx = new NodeContext(this.#node.id, this.host)
    ctx.at = time
    this.#lastTime = time
    const call: Call = { ctx, settled: false, value: undefined }
    this.#record.in++
    let result: unknown
    try {
      const f = this.#kernel.f as (item: unknown, ctx: unknown) => unknown
      result = f.call(this.#kernel.self, item, ctx)
    } catch (error) {
      this.failed(error, 'item', 0, item)
      return
    }
    this.#calls.push(call)
    this.#underWay++
    Promise.resolve(result).then(
      (value) => {
        this.#underWay--
        call.settled = true
        call.value = value
        this.wake()
      },
      (error: unknown) => {
        this.#underWay--
        call.settled = true // it is counted as failed, not as given up
        this.failed(error, 'item', 0, item)
      },
    )
  }

  /** Hands settled calls to the outbox: the oldest in a row, or all of them. */
  #collect(): void {
    if (this.#kernel.ordered) {
      while (this.#calls[0]?.settled === true) this.#give(this.#calls.shift() as Call)
      return
    }
    for (let i = 0; i < this.#calls.length; ) {
      if (this.#calls[i]?.settled === true) this.#give(this.#calls.splice(i, 1)[0] as Call)
      else i++
    }
  }

  /** What the call emitted comes before what it returned. */
  #give({ ctx, value }: Call): void {
    for (const item of ctx.pending ?? []) if (this.#outbox.push(item, ctx.at)) this.#record.extra++
    this.#outbox.push(value, ctx.at)
  }

  #end(): void {
    if (this.#endCalled) {
      this.finish()
      return
    }
    this.#endCalled = true
    const done = (items: unknown): void => {
      this.#takePending()
      for (const item of (items ?? []) as Iterable<unknown>) this.#born(item)
      this.wake()
    }
    try {
      const last = this.#node.leaf.end?.(this.contexts[0] as never)
      if (isPromise(last)) this.await(last, 'end', 0, done)
      else done(last)
    } catch (error) {
      this.failed(error, 'end', 0)
    }
  }

  /** Takes over what `enter` or `end` emitted. */
  #takePending(): void {
    const [ctx] = this.contexts
    for (const item of ctx?.pending ?? []) this.#born(item)
    if (ctx !== undefined) ctx.pending = null
  }

  #born(item: unknown): void {
    if (this.#outbox.push(item, this.#lastTime)) this.#record.born++
  }

  protected override release(): void {
    if (this.host.signal.aborted) this.#record.failed += this.#calls.filter(({ settled }) => !settled).length
    this.#calls.length = 0
  }
}
