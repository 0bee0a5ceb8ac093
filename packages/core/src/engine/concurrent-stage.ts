/**
 * `ConcurrentStage`: one async term with several calls under way. Results leave in input order, or as they come.
 *
 * A call is begun only while there is room for its result, so neither calls nor results pile up. Results that wait for an
 * earlier one take no place from calls: they take that of the output, up to what an edge holds by default, or twice the
 * calls there may be where that is more. The call that takes the place of one that has settled is begun at once; results
 * are handed on together, at the end of the event loop's turn, unless nothing more can be begun before that.
 */

import { performance } from 'node:perf_hooks'
import type { Kernel } from '../contracts.ts'
import { CallTimeoutError, TermError } from '../errors.ts'
import type { Node } from '../graph/graph.ts'
import { awaited, isA, promiseOf } from '../values/foreign.ts'
import { NodeContext } from './context.ts'
import { DEFAULT_CAPACITY_ITEMS } from './edge.ts'
import { failureRecordOf } from './failure-record.ts'
import { type Guard, guardsOf } from './guard.ts'
import type { NodeRecord } from './node-record.ts'
import { Outbox } from './outbox.ts'
import type { SavedItems } from './snapshot.ts'
import { Stage } from './stage.ts'
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

const nothing = (): void => {}

/** Runs a `concurrent` kernel. */
export class ConcurrentStage extends Stage {
  readonly #kernel = this.plan.kernels[0] as Extract<Kernel, { kind: 'concurrent' }>
  readonly #node = this.plan.nodes[0] as Node
  readonly #record = this.records[0] as NodeRecord
  readonly #outbox = new Outbox(this.outlet, this.#record, this.host.timed, this.#node.id)
  /** Begun, and not yet handed to the outbox; oldest first. */
  readonly #calls = new Set<Call>()
  /** Those of them whose results can be handed on, where no order is kept; in the order in which they settled. */
  readonly #settled: Call[] = []
  /** Calls that have not settled; those that pause before they are made again are among them. */
  #running = 0
  /** Calls whose promise, or pause, is waited for. */
  #underWay = 0
  /** Calls that there may be: those whose results have room. Set whenever the stage is activated. */
  #limit = 0
  /** Calls are being begun: one that settles at once makes no place. */
  #isTaking = false
  /** Set while the results of this turn are to be handed on at its end. */
  #turnEnd: NodeJS.Immediate | undefined
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
      const done = { settled: true, attempts: 1, isProbe: false, forget: nothing }
      const call = { ...done, item: undefined, ctx, value }
      this.#calls.add(call)
      this.#settled.push(call)
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
    const calls = Array.from(this.#calls, ({ ctx, value }) => ({ value, pending: ctx.pending, time: ctx.at }))
    return { calls, outbox: this.#outbox.save(), lastTime: this.#lastTime, endCalled: this.#endCalled }
  }

  override get isWaiting(): boolean {
    return super.isWaiting || (!this.isDone && (this.#underWay > 0 || this.#held > 0))
  }

  override get heldItems(): number {
    return this.#calls.size
  }

  override activate(): void {
    const begun = performance.now()
    this.activations++
    this.#collect()
    if (this.#outbox.flush()) this.#begin()
    this.processingMs += performance.now() - begun
  }

  #begin(): void {
    const { concurrency } = this.#kernel
    const most = Math.max(2 * concurrency, DEFAULT_CAPACITY_ITEMS)
    this.#limit = Math.min(most, this.outlet.room(true))
    if (this.#held > 0 || this.isHalting) return
    if (this.#take(Math.min(concurrency - this.#running, this.#limit - this.#calls.size))) this.wake()
    else if (this.inlet.isDone && this.#calls.size === 0) this.#end()
  }

  /** Begins up to `most` calls. Returns whether there was an item for one. */
  #take(most: number): boolean {
    const window = most > 0 ? this.inlet.next(most) : undefined
    if (window === undefined) return false
    const { items, at, to, times } = window
    this.count(to - at)
    this.#isTaking = true
    for (let i = at; i < to && !this.isDone; i++) this.#call(items[i], times?.[i] ?? Number.NaN)
    this.#isTaking = false
    this.inlet.consume(to - at)
    return true
  }

  /** A call has settled: another takes its place, without the engine. Returns whether one does. */
  #refill(): boolean {
    if (this.isReady || this.isDone || this.isHalting || this.#isTaking) return false
    if (this.host.isPaused || this.#held > 0) return false
    if (this.#running >= this.#kernel.concurrency || this.#calls.size >= this.#limit) return false
    const begun = performance.now()
    this.stageClock.begin(begun)
    const hasTaken = this.#take(1)
    const now = performance.now()
    this.stageClock.end(now, true, 0)
    this.processingMs += now - begun
    this.host.worked(this, begun, now)
    return hasTaken
  }

  #call(item: unknown, time: number): void {
    this.#lastTime = time
    this.#record.in++
    const ctx = this.#contextAt(time)
    const isProbe = this.#guard?.isOpen === true
    const call: Call = { item, ctx, isProbe, attempts: 0, settled: false, value: undefined, forget: nothing }
    this.#calls.add(call)
    this.#running++
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
    this.#await(call, result, false)
  }

  #await(call: Call, result: unknown, isFallback: boolean): void {
    this.#underWay++
    const promise = awaited(result)
    const over = this.callBegins(0)
    const timeoutMs = this.#guard?.timeoutMs
    if (over === undefined && timeoutMs === undefined) {
      promise.then(
        (value) => this.#onValue(call, value, isFallback),
        (error: unknown) => this.#onError(call, error, isFallback),
      )
      return
    }
    const onTimeout = (): void => {
      const error = new CallTimeoutError(this.#node.id, timeoutMs as number)
      call.ctx.abandon(error)
      over?.('failed')
      this.#onError(call, error, isFallback)
    }
    const forget = within(
      promise,
      timeoutMs === undefined ? undefined : { timers: this.host.timers, timeoutMs, onTimeout },
      (value) => {
        over?.('settled')
        this.#onValue(call, value, isFallback)
      },
      (error) => {
        over?.('failed')
        this.#onError(call, error, isFallback)
      },
    )
    call.forget = () => {
      forget()
      over?.('letGo')
    }
  }

  #onValue(call: Call, value: unknown, isFallback: boolean): void {
    this.#underWay--
    if (!isFallback) this.#guard?.onSuccess(call.isProbe)
    this.#settle(call, value)
  }

  #onError(call: Call, error: unknown, isFallback: boolean): void {
    this.#underWay--
    if (isFallback) this.#fail(call, error, 'fallback')
    else this.#onFailed(call, error)
  }

  #settle(call: Call, value: unknown): void {
    if (this.isDone) return
    call.settled = true
    call.value = value
    this.#running--
    if (!this.#kernel.ordered) this.#settled.push(call)
    if (this.#refill()) this.#turnEnd ??= setImmediate(() => this.#onTurnEnd())
    else this.wake()
  }

  #onTurnEnd(): void {
    this.#turnEnd = undefined
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
          this.#await(call, verdict.value, true)
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
    this.#running--
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
    if (!this.#kernel.ordered) {
      for (const call of this.#settled.splice(0)) this.#give(call)
      return
    }
    for (const call of this.#calls) {
      if (!call.settled) return
      this.#give(call)
    }
  }

  /** What the call emitted comes before what it returned. */
  #give(call: Call): void {
    const { ctx, value } = call
    this.#calls.delete(call)
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
    clearImmediate(this.#turnEnd)
    if (this.host.signal.aborted) this.#record.failed += this.#running
    for (const call of this.#calls) call.forget()
    this.#calls.clear()
    this.#running = 0
  }
}
