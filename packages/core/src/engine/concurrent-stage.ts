/**
 * `ConcurrentStage`: one async term with several calls under way. Results leave in input order, or as they come.
 *
 * A call is begun only while there is room for its result, so neither calls nor results pile up.
 */

import { performance } from 'node:perf_hooks'
import type { Kernel } from '../contracts.ts'
import { CallTimeoutError, TermError } from '../errors.ts'
import type { Node } from '../graph/graph.ts'
import { awaited, isA, promiseOf } from '../values/foreign.ts'
import { NodeContext } from './context.ts'
import { failureRecordOf } from './failure-record.ts'
import { type Guard, guardsOf } from './guard.ts'
import { Outbox } from './outbox.ts'
import type { SavedItems } from './snapshot.ts'
import { type NodeRecord, Stage } from './stage.ts'
import { within } from './time-limit.ts'

interface Call {
  readonly item: unknown
  ctx: NodeContext
  /** Whether an open circuit let it through, to see. */
  isProbe: boolean
  /** Calls made. */
  attempts: number
  settled: boolean
  value: unknown
  /** Stops waiting for what the call waits for now. */
  forget: () => void
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
  readonly #guard: Guard | undefined = guardsOf(this.plan, this.records, this.host)[0]
  /** Dead letters that nobody has room for: nothing is begun before they are gone. */
  #held = 0
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
      const done = { settled: true, attempts: 1, isProbe: false, forget: () => {} }
      this.#calls.push({ ...done, item: undefined, ctx, value })
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
    return super.isWaiting || (!this.isDone && (this.#underWay > 0 || this.#held > 0))
  }

  override activate(): void {
    const begun = performance.now()
    this.activations++
    this.#collect()
    if (this.#outbox.flush()) this.#begin()
    this.busyMs += performance.now() - begun
  }

  #begin(): void {
    if (this.#held > 0 || this.isHalting) return
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
    this.#lastTime = time
    this.#record.in++
    const ctx = this.#contextAt(time)
    const isProbe = this.#guard?.isOpen === true
    const call: Call = { item, ctx, isProbe, attempts: 0, settled: false, value: undefined, forget: () => {} }
    this.#calls.push(call)
    if (this.#guard?.admits() === false) this.#onFailed(call, this.#guard.refusal)
    else this.#try(call)
  }

  #contextAt(time: number): NodeContext {
    const ctx = new NodeContext(this.#node.id, this.host)
    ctx.at = time
    return ctx
  }

  /** Makes the call, for the first time or again. */
  #try(call: Call): void {
    call.attempts++
    let result: unknown
    try {
      const f = this.#kernel.f as (item: unknown, ctx: unknown) => unknown
      result = f.call(this.#kernel.self, call.item, call.ctx)
    } catch (error) {
      this.#onFailed(call, error)
      return
    }
    const onValue = (value: unknown): void => {
      this.#guard?.onSuccess(call.isProbe)
      this.#settle(call, value)
    }
    this.#await(call, result, onValue, (error) => this.#onFailed(call, error))
  }

  #await(
    call: Call,
    result: unknown,
    onValue: (value: unknown) => void,
    onError: (error: unknown) => void,
  ): void {
    this.#underWay++
    const timeoutMs = this.#guard?.timeoutMs
    const onTimeout = (): void => {
      const error = new CallTimeoutError(this.#node.id, timeoutMs as number)
      call.ctx.abandon(error)
      this.#underWay--
      onError(error)
    }
    call.forget = within(
      awaited(result),
      timeoutMs === undefined ? undefined : { timers: this.host.timers, timeoutMs, onTimeout },
      (value) => {
        this.#underWay--
        onValue(value)
      },
      (error) => {
        this.#underWay--
        onError(error)
      },
    )
  }

  #settle(call: Call, value: unknown): void {
    call.settled = true
    call.value = value
    this.wake()
  }

  /** A call has failed: it is made again in its place in the row, or gives something else, or nothing. */
  #onFailed(call: Call, error: unknown): void {
    if (this.isDone) return
    const { item, attempts } = call
    if (this.#guard === undefined) failureRecordOf(this.#record).error++
    try {
      const verdict = this.#guard?.judge({ item, error, attempts, isProbe: call.isProbe }) ?? { kind: 'fail' }
      call.ctx.pending = null // what a call emits belongs to its result
      switch (verdict.kind) {
        case 'retry':
          this.#pause(call, verdict.delayMs)
          return
        case 'skip':
          this.#settle(call, undefined)
          if (verdict.held !== undefined) this.#holdFor(verdict.held)
          return
        case 'fallback':
          this.#await(
            call,
            verdict.value,
            (value) => this.#settle(call, value),
            (failure) => this.#fail(call, failure, 'fallback'),
          )
          return
        case 'fail':
          this.#fail(call, error, 'item')
      }
    } catch (failure) {
      this.#fail(call, failure, isA(failure, TermError) ? failure.phase : 'item')
    }
  }

  #fail(call: Call, error: unknown, phase: string): void {
    call.settled = true // it is counted as failed, not as given up
    this.failed(error, phase, 0, call.item)
  }

  #pause(call: Call, delayMs: number): void {
    const again = (): void => {
      this.#underWay--
      call.ctx = this.#contextAt(call.ctx.at)
      this.#try(call)
    }
    this.#underWay++
    if (delayMs > 0) call.forget = this.host.timers.after(delayMs, again)
    else again()
  }

  #holdFor(held: Promise<void>): void {
    this.#held++
    void held.then(() => {
      this.#held--
      this.wake()
    })
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
      const promise = promiseOf(last)
      if (promise !== undefined) this.await(promise, 'end', 0, done)
      else done(last)
    } catch (error) {
      this.failed(error, 'end', 0)
    }
  }

  protected override goOnAfter(phase: string): boolean {
    if (phase === 'end') this.wake()
    return phase === 'end'
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
    for (const call of this.#calls) call.forget()
    this.#calls.length = 0
  }
}
