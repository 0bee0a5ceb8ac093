/**
 * `FusedStage`: a chain of terms run as one generated loop over each window of items.
 *
 * Beside its input the stage holds frames: items that enter the chain in the middle. What a loop could not
 * finish (an opened array, a settled promise, emitted items, the items of `end`) becomes a frame; frames are
 * worked off newest first, before any further input, so order is kept.
 */

import { performance } from 'node:perf_hooks'
import type { Kernel } from '../contracts.ts'
import { BadInputError, describe } from '../errors.ts'
import type { Node } from '../graph/graph.ts'
import { type SinkTerm } from '../term/sink-term.ts'
import { Status } from './codegen.ts'
import { Frame, type FrameRole, isAsyncIterable, isIterable } from './frame.ts'
import { LoopSet } from './loop-set.ts'
import type { Loop } from './loops.ts'
import { SourceFeed } from './source-feed.ts'
import { Stage } from './stage.ts'

/** Items of the first activation; doubles while activations are short. */
const FIRST_QUANTUM = 16
const MAX_QUANTUM = 65_536
/** An activation shorter than this may take more items the next time, in ms. */
const SHORT_MS = 0.5
/** An activation longer than this takes fewer items the next time, in ms: others want to run, too. */
const LONG_MS = 4

type ItemFunction = (...args: unknown[]) => unknown

/** Runs a fused chain. Fields without `#` are read and written by generated loops. */
export class FusedStage extends Stage {
  readonly functions: ItemFunction[]
  readonly selves: unknown[]
  /** How the last loop came back; see `Status`. */
  status: number = Status.Normal
  /** The op at which it came back. */
  pc = 0
  item: unknown = undefined
  value: unknown = undefined
  /** The op that ended its stream; -1 while none has. */
  ended = -1
  exhausted = false
  /** Items that a resumed loop took in. */
  passed = 0
  tag = ''
  /** Source time of a window without a column of times. */
  time = Number.NaN
  /** Source time of the last item that a loop took. */
  lastTime = Number.NaN
  outTimes: number[] = []

  /** Newest last. */
  readonly #frames: Frame[] = []
  /** What a source yields, where that is not one frame: arrays, or items that take time to come. */
  #feed: SourceFeed | undefined
  /** Nothing comes in at the head any more. */
  #closed = false
  /** The op whose `end` is to be called next, once input and frames are used up. */
  #endAt = 0
  #quantum = FIRST_QUANTUM
  readonly #loops: LoopSet

  constructor(...args: ConstructorParameters<typeof Stage>) {
    super(...args)
    const { kernels } = this.plan
    this.functions = kernels.map((kernel) => ('f' in kernel ? (kernel.f as ItemFunction) : noFunction))
    this.selves = kernels.map((kernel) => ('self' in kernel ? kernel.self : undefined))
    const tail = this.outlet.isOpen && !this.outlet.routes ? 'none' : 'push'
    this.#loops = new LoopSet(kernels, this.functions, tail, this.host.timed)
  }

  override start(): void {
    const { kernels } = this.plan
    kernels.forEach((kernel, op) => {
      if (kernel.kind !== 'take') return
      ;(this.contexts[op] as { state: unknown }).state = kernel.count
      if (kernel.count === 0) this.ended = op
    })
    if (this.host.timed) this.lastTime = this.host.clock.now()
    // seeds of later ops come out first, so they lie on top
    this.contexts.forEach((ctx, op) => {
      if (ctx.pending === null) return
      this.#push(op, ctx.pending, 'born')
      ctx.pending = null
    })
    if (this.ended >= 0) this.#endEarly()
    else this.#open(kernels[0] as Kernel)
    this.wake()
  }

  #open(kernel: Kernel): void {
    if (kernel.kind !== 'source' && kernel.kind !== 'batches') return
    try {
      const opened: unknown = (kernel.f as unknown as ItemFunction).call(kernel.self, this.contexts[0])
      if (kernel.kind === 'source' && Array.isArray(opened)) this.#frames.unshift(Frame.window(0, 'input', opened))
      else if (kernel.kind === 'source' && isIterable(opened)) {
        this.#frames.unshift(Frame.iterator(0, 'input', opened[Symbol.iterator]()))
      } else {
        this.#feed = new SourceFeed(opened, kernel.kind === 'batches', {
          demand: () => this.#demand(kernel.kind === 'batches'),
          onPulled: () => this.wake(),
          onPullFailed: (error) => this.failed(error, 'generate', 0),
        })
      }
    } catch (error) {
      this.failed(error, 'generate', 0)
    }
  }

  #demand(batches: boolean): number {
    if (this.waiting || this.#frames.length > 0) return 0
    return batches ? 1 : Math.min(this.host.batchItems, this.outlet.room())
  }

  override get isWaiting(): boolean {
    return super.isWaiting || (!this.isDone && this.#feed?.isBusy === true)
  }

  override activate(): void {
    const room = this.outlet.room()
    if (room <= 0) return
    const begun = performance.now()
    this.activations++
    const taken = this.#advance(Math.min(room, this.host.batchItems))
    const spent = performance.now() - begun
    this.busyMs += spent
    if (spent > LONG_MS) this.#quantum = Math.max(1, this.#quantum >> 1)
    else if (spent < SHORT_MS && taken >= this.#quantum && this.#quantum < MAX_QUANTUM) this.#quantum *= 2
    this.#loops.count(taken)
  }

  /** Takes up to a quantum of items from the newest frame, or else from the input. Returns their number. */
  #advance(room: number): number {
    const frame = this.#frames[this.#frames.length - 1]
    if (frame !== undefined) return this.#advanceFrame(frame, room)
    if (this.#closed || this.plan.nodes[0]?.inputs.length === 0) return this.#refill()
    const window = this.inlet.next(this.#quantum)
    if (window === undefined) {
      if (this.inlet.isDone) this.#close()
      else return 0
      this.wake()
      return 0
    }
    const { items, at, to, times, tag } = window
    if (this.inlet.makesRows) {
      // rows were made for this stage: they wait here if the output has no room for all
      this.#frames.push(Frame.window(0, 'input', items, times))
      return this.#advanceFrame(this.#frames[0] as Frame, room)
    }
    this.tag = tag
    const reached = this.#run(this.#loops.get('window', 0, false), items, at, to, room, times)
    this.inlet.consume(reached - at)
    this.#after()
    return reached - at
  }

  #advanceFrame(frame: Frame, room: number): number {
    if (frame.asyncIterator !== undefined) {
      this.#awaitNext(frame)
      return 0
    }
    const resumed = frame.role !== 'input'
    this.time = frame.time
    if (this.host.timed && !resumed && Number.isNaN(frame.time)) this.time = this.host.clock.now()
    const { at } = frame
    let reached: number
    if (frame.iterator === undefined) {
      const to = Math.min(frame.to, at + this.#quantum)
      reached = this.#run(this.#loops.get('window', frame.op, resumed), frame.items, at, to, room, frame.times)
      frame.at = reached
    } else {
      this.exhausted = false
      reached = this.#run(this.#loops.get('iterator', frame.op, resumed), frame.iterator, at, at + this.#quantum, room, undefined)
      if (this.exhausted || (this.status === Status.Failed && this.pc < 0)) frame.to = 0
    }
    if (resumed) this.#countPassed(frame)
    if (frame.isSpent) this.#drop(frame)
    if (resumed && this.status === Status.Failed && this.pc < 0) {
      this.pc = frame.op - 1
      this.item = frame.cause
    }
    this.#after()
    return reached - at
  }

  #countPassed(frame: Frame): void {
    const record = this.records[frame.op - 1] as { born: number; extra: number }
    if (frame.role === 'born') record.born += this.passed
    else if (frame.role === 'extra') record.extra += this.passed
    if (this.passed > 0) frame.wasUsed = true
  }

  /** Removes a frame; loops may have put others above it. */
  #drop(frame: Frame): void {
    const at = this.#frames.lastIndexOf(frame)
    if (at >= 0) this.#frames.splice(at, 1)
    if (frame.role === 'expansion' && !frame.wasUsed) (this.records[frame.op - 1] as { empty: number }).empty++
  }

  #run(
    loop: Loop,
    source: unknown,
    at: number,
    to: number,
    room: number,
    times: readonly number[] | undefined,
  ): number {
    const out: unknown[] = []
    if (this.host.timed) this.outTimes = []
    const reached = loop(this, source, at, to, out, room, times)
    if (out.length > 0) {
      const outTimes = this.host.timed ? this.outTimes : undefined
      if (this.outlet.routes) {
        const last = this.plan.nodes.length - 1
        const { sent, extra } = this.outlet.route(out, outTimes, (this.plan.nodes[last] as Node).id)
        const record = this.records[last] as { out: number; extra: number }
        record.out += sent - out.length
        record.extra += extra
      } else this.outlet.send(out, outTimes)
    }
    return reached
  }

  /** Called by loops: the rest of an opened array, from `at`. */
  save(op: number, items: readonly unknown[], at: number, wasUsed: boolean, time = Number.NaN): void {
    const frame = Frame.window(op + 1, 'expansion', items)
    frame.at = at
    frame.time = time
    frame.wasUsed = wasUsed
    if (frame.isSpent) this.#drop(frame)
    else this.#frames.push(frame)
  }

  /** Deals with why the loop came back, and asks for another activation if there is more to do. */
  #after(): void {
    const { status, pc, value } = this
    this.status = Status.Normal
    this.value = undefined
    switch (status) {
      case Status.Failed:
        this.failed(value, pc < 0 ? 'generate' : 'item', pc, this.item)
        return
      case Status.Pending:
        this.#awaitResult(pc, value as PromiseLike<unknown>, this.item)
        break
      case Status.Iterable:
        this.#expand(pc, value, this.item)
        break
      case Status.Emitted:
        this.#emitted(pc, value, this.item)
        break
    }
    if (this.ended >= 0) this.#endEarly()
    this.wake()
  }

  #awaitResult(op: number, promise: PromiseLike<unknown>, item: unknown): void {
    this.waiting = true
    promise.then(
      (value) => {
        this.waiting = false
        if (this.isDone) return
        this.#settled(op, value, item)
        this.wake()
      },
      (error: unknown) => {
        this.waiting = false
        this.failed(error, 'item', op, item)
      },
    )
  }

  /** Continues behind op `op` with its result for `item`. */
  #settled(op: number, value: unknown, item: unknown): void {
    if (this.contexts[op]?.pending !== null) {
      this.#emitted(op, value, item)
      return
    }
    switch (this.plan.kernels[op]?.kind) {
      case 'flatMap':
      case 'expand':
        this.#expand(op, value, item)
        break
      case 'tap':
        this.#push(op, [item], 'result')
        break
      case 'map':
      case 'apply':
        if (value !== undefined) this.#push(op, [value], 'result')
        break
    }
  }

  /** What was emitted comes before what was returned. */
  #emitted(op: number, value: unknown, item: unknown): void {
    if (typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function') {
      this.#awaitResult(op, value as PromiseLike<unknown>, item)
      return
    }
    const ctx = this.contexts[op] as { pending: unknown[] | null }
    const emitted = ctx.pending as unknown[]
    ctx.pending = null
    this.#settled(op, value, item)
    this.#push(op, emitted, 'extra')
  }

  #expand(op: number, value: unknown, item: unknown): void {
    const time = this.lastTime
    if (Array.isArray(value)) this.save(op, value, 0, false, time)
    else if (isIterable(value)) {
      const frame = Frame.iterator(op + 1, 'expansion', value[Symbol.iterator](), time)
      frame.cause = item
      this.#frames.push(frame)
    } else if (isAsyncIterable(value)) this.#pullExpansion(op, value[Symbol.asyncIterator](), false)
    else {
      const error = new BadInputError(
        `A flatMap must give an iterable, but gave ${describe(value)}. Return [] to give nothing.`,
      )
      this.failed(error, 'item', op, item)
    }
  }

  /** One item of an async expansion at a time: each waits until what the last one led to is worked off. */
  #pullExpansion(op: number, iterator: AsyncIterator<unknown>, wasUsed: boolean): void {
    this.#frames.push(Frame.asyncExpansion(op + 1, iterator, wasUsed))
  }

  #awaitNext(frame: Frame): void {
    const iterator = frame.asyncIterator as AsyncIterator<unknown>
    this.await(iterator.next(), 'item', frame.op - 1, (result) => {
      const { done, value } = result as IteratorResult<unknown>
      if (done === true) this.#drop(frame)
      else if (value !== undefined) {
        frame.wasUsed = true
        this.#push(frame.op - 1, [value], 'result')
      }
    })
  }

  #push(op: number, items: readonly unknown[], role: FrameRole): void {
    const frame = Frame.window(op + 1, role, items)
    frame.time = this.lastTime
    this.#frames.push(frame)
  }

  /** Items from the source, or the next step of ending. */
  #refill(): number {
    if (this.#closed) {
      this.#endNext()
      return 0
    }
    try {
      const items = this.#feed?.next()
      if (items !== undefined) {
        const frame = Frame.window(0, 'input', items)
        if (this.host.timed) frame.time = this.host.clock.now()
        this.#frames.push(frame)
      } else if (this.#feed?.isPending === true) return 0
      else this.#close()
      this.wake()
    } catch (error) {
      this.failed(error, 'generate', 0)
    }
    return 0
  }

  #close(): void {
    this.#closed = true
  }

  /** A `take` has had enough: nothing enters before it any more, what is behind it goes on. */
  #endEarly(): void {
    const { ended } = this
    this.#endAt = Math.max(this.#endAt, ended + 1)
    for (let i = this.#frames.length - 1; i >= 0; i--) {
      const frame = this.#frames[i] as Frame
      if (frame.op <= ended) {
        this.#frames.splice(i, 1)
        this.#closeFrame(frame)
      }
    }
    if (this.#closed) return
    this.#close()
    this.inlet.close()
    this.#closeSource().catch((error: unknown) => this.failed(error, 'generate', 0))
  }

  #closeFrame(frame: Frame): void {
    if (frame.role === 'input' && this.inlet.edges.length > 0) this.leftover += frame.to - frame.at
    if (frame.role === 'expansion' && !frame.wasUsed) (this.records[frame.op - 1] as { empty: number }).empty++
    frame.iterator?.return?.()
    void frame.asyncIterator?.return?.()
  }

  #closeSource(): Promise<void> {
    const feed = this.#feed
    this.#feed = undefined
    return feed?.close() ?? Promise.resolve()
  }

  /** Input and frames are used up: calls the next `end`, or finishes. */
  #endNext(): void {
    while (this.#endAt < this.plan.nodes.length) {
      const op = this.#endAt++
      const { leaf } = this.plan.nodes[op] as Node
      if (leaf.end === undefined) continue
      try {
        const last = leaf.end(this.contexts[op] as never)
        if (last instanceof Promise) this.await(last, 'end', op, (items) => this.#flush(op, items))
        else this.#flush(op, last)
      } catch (error) {
        this.failed(error, 'end', op)
        return
      }
      if (this.waiting || this.#frames.length > 0) {
        this.wake()
        return
      }
    }
    this.#report()
  }

  #flush(op: number, items: unknown): void {
    const ctx = this.contexts[op] as { pending: unknown[] | null }
    const emitted = ctx.pending
    ctx.pending = null
    if (Array.isArray(items)) this.#push(op, items, 'born')
    else if (isIterable(items)) this.#frames.push(Frame.iterator(op + 1, 'born', items[Symbol.iterator]()))
    if (emitted !== null) this.#push(op, emitted, 'born')
  }

  /** Asks a sink for its result, then finishes. */
  #report(): void {
    const at = this.plan.nodes.length - 1
    const node = this.plan.nodes[at] as Node
    const sink = node.leaf as unknown as Partial<SinkTerm<never, unknown, unknown>>
    if (this.plan.kernels[at]?.kind !== 'sink' || sink.result === undefined) {
      this.finish()
      return
    }
    const done = (result: unknown): void => {
      this.host.setResult(node, result)
      this.finish()
    }
    try {
      const result = sink.result(this.contexts[at] as never)
      if (result instanceof Promise) this.await(result, 'end', at, done)
      else done(result)
    } catch (error) {
      this.failed(error, 'end', at)
    }
  }

  override stop(): void {
    if (this.plan.nodes[0]?.inputs.length !== 0 || this.#closed || this.isDone) return
    this.contexts[0]?.stop(undefined)
    const input = this.#frames.findIndex((frame) => frame.op === 0)
    if (input >= 0) this.#closeFrame(this.#frames.splice(input, 1)[0] as Frame)
    this.#close()
    this.#closeSource().catch((error: unknown) => this.failed(error, 'generate', 0))
    this.wake()
  }

  protected override async release(): Promise<void> {
    for (const frame of this.#frames.splice(0)) this.#closeFrame(frame)
    await this.#closeSource()
  }
}

function noFunction(): undefined {
  return undefined
}
