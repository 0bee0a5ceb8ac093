/**
 * `FusedStage`: a chain of terms run as one generated loop over each window of items.
 *
 * Beside its input the stage holds frames: items that enter the chain in the middle. What a loop could not
 * finish (an opened array, a settled promise, emitted items, the items of `end`) becomes a frame; frames are
 * worked off newest first, before any further input, so order is kept.
 */

import { performance } from 'node:perf_hooks'
import type { Kernel } from '../contracts.ts'
import type { Node } from '../graph/graph.ts'
import { ChainEnd, type EndCursor } from './chain-end.ts'
import { Status } from './codegen.ts'
import type { NodeContext } from './context.ts'
import { Frame, type FrameSnapshot, isPromise } from './frame.ts'
import { FrameStack } from './frame-stack.ts'
import { LoopSet } from './loop-set.ts'
import type { Loop } from './loops.ts'
import { Quantum } from './quantum.ts'
import { openSource, type SourceFeed } from './source-feed.ts'
import { type SourcePosition, SourceTrack } from './source-track.ts'
import { Stage } from './stage.ts'

const CELL = new Float64Array(1)

type ItemFunction = (...args: unknown[]) => unknown

/** What a checkpoint keeps of a fused stage beside its nodes. */
interface FusedSnapshot {
  readonly frames: readonly FrameSnapshot[]
  readonly source: SourcePosition | undefined
  readonly closed: boolean
  readonly ended: number
  readonly lastTime: number
  readonly end: EndCursor
}

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
  /** Through which loops read a state that is a number. */
  readonly cell = CELL

  readonly #frames = new FrameStack(this.contexts, this.records, (error, phase, op, item) =>
    this.failed(error, phase, op, item),
  )
  readonly #end = new ChainEnd(this.plan.nodes, this.contexts, this.#frames, (node, result) =>
    this.host.setResult(node, result),
  )
  /** What a source yields, where that is not one frame: arrays, or items that take time to come. */
  #feed: SourceFeed | undefined
  #track: SourceTrack | undefined
  /** Nothing comes in at the head any more. */
  #closed = false
  readonly #quantum = new Quantum()
  readonly #loops: LoopSet
  /** A loop is running, and in it maybe a generator of the user's. */
  #running = false
  #stopAsked = false
  /** The op whose promise is awaited; -1 if none is. */
  #awaited = -1

  constructor(...args: ConstructorParameters<typeof Stage>) {
    super(...args)
    const { kernels } = this.plan
    this.functions = kernels.map((kernel) => ('f' in kernel ? (kernel.f as ItemFunction) : () => undefined))
    this.selves = kernels.map((kernel) => ('self' in kernel ? kernel.self : undefined))
    const tail = this.outlet.isOpen && !this.outlet.routes ? 'none' : 'push'
    this.#loops = new LoopSet(kernels, this.functions, tail, this.host.timed, this.contexts)
  }

  override start(): void {
    const { kernels } = this.plan
    if (this.restored !== undefined) {
      this.#resume(this.restored.own as FusedSnapshot)
      return
    }
    kernels.forEach((kernel, op) => {
      if (kernel.kind !== 'take') return
      ;(this.contexts[op] as { state: unknown }).state = kernel.count
      if (kernel.count === 0) this.ended = op
    })
    if (this.host.timed) this.lastTime = this.host.clock.now()
    // seeds of later ops come out first, so they lie on top
    this.contexts.forEach((_, op) => void this.#frames.pushPending(op, 'born', this.lastTime))
    if (this.ended >= 0) this.#endEarly()
    else this.#open(kernels[0] as Kernel)
    this.wake()
  }

  #resume({ frames, source, closed, ended, lastTime, end }: FusedSnapshot): void {
    for (const frame of frames) this.#frames.add(Frame.restored(frame))
    Object.assign(this, { ended, lastTime })
    this.#end.restore(end)
    this.#closed = closed
    if (!closed) this.#open(this.plan.kernels[0] as Kernel, source)
    this.wake()
  }

  override get isSettled(): boolean {
    return !this.waiting && this.#frames.isSettledBut(this.#track)
  }

  protected override ownSnapshot(): FusedSnapshot {
    const { ended, lastTime } = this
    const frames = this.#frames.saveBut(this.#track)
    return {
      frames,
      source: this.#track?.position,
      closed: this.#closed,
      ended,
      lastTime,
      end: this.#end.cursor,
    }
  }

  #open(kernel: Kernel, from?: SourcePosition): void {
    if (kernel.kind !== 'source' && kernel.kind !== 'batches') return
    try {
      const track = new SourceTrack((this.plan.nodes[0] as Node).leaf, kernel)
      this.#track = track
      const opened = openSource(kernel, track.open(this.contexts[0] as NodeContext, from), {
        demand: () => this.#demand(kernel.kind === 'batches'),
        onPulled: () => this.wake(),
        onPullFailed: (error) => this.failed(error, 'generate', 0),
      })
      if (opened instanceof Frame) {
        track.whole(opened)
        this.#frames.addBelow(opened)
      } else this.#feed = opened
    } catch (error) {
      this.failed(error, 'generate', 0)
    }
  }

  #demand(batches: boolean): number {
    if (this.waiting || this.#frames.size > 0) return 0
    return batches ? 1 : Math.min(this.host.batchItems, this.outlet.room())
  }

  /** Whether everything that was taken in has been worked off. */
  get isIdle(): boolean {
    return this.#frames.size === 0 && !this.waiting
  }

  override get leftover(): number {
    return this.inlet.edges.length > 0 ? this.#frames.leftover : 0
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
    const spent = this.book(begun, taken)
    this.#quantum.adapt(taken, spent)
    this.#loops.count(taken)
  }

  /** Takes up to a quantum of items from the newest frame, or else from the input. Returns their number. */
  #advance(room: number): number {
    const { top } = this.#frames
    if (top !== undefined) return this.#advanceFrame(top, room)
    if (this.#closed || this.inlet.edges.length === 0) return this.#refill()
    const window = this.inlet.next(this.#quantum.items)
    if (window === undefined) {
      if (this.inlet.isDone) this.#closed = true
      else return 0
      this.wake()
      return 0
    }
    const { items, at, to, times, tag } = window
    if (this.inlet.makesRows) {
      // rows were made for this stage: they wait here if the output has no room for all
      const rows = Frame.window(0, 'input', items, times)
      this.#frames.add(rows)
      return this.#advanceFrame(rows, room)
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
      const to = Math.min(frame.to, at + this.#quantum.items)
      reached = this.#run(
        this.#loops.get('window', frame.op, resumed),
        frame.items,
        at,
        to,
        room,
        frame.times,
      )
    } else {
      this.exhausted = false
      reached = this.#run(
        this.#loops.get('iterator', frame.op, resumed),
        frame.iterator,
        at,
        at + this.#quantum.items,
        room,
        undefined,
      )
      if (this.exhausted || (this.status === Status.Failed && this.pc < 0)) frame.to = 0
    }
    frame.at = reached
    if (resumed) this.#frames.count(frame, this.passed)
    if (resumed && this.pc < 0) this.#onIteratorLeft(frame)
    if (frame.isSpent) this.#frames.drop(frame)
    this.#after()
    return reached - at
  }

  /** A resumed loop came back from inside the iterator: it failed, or it emitted through the context. */
  #onIteratorLeft(frame: Frame): void {
    if (this.status === Status.Failed) {
      this.pc = frame.op - 1
      this.item = frame.cause
    } else if (this.status === Status.Emitted) {
      this.status = Status.Normal
      this.#frames.step(frame, this.value as IteratorResult<unknown>, this.lastTime)
    }
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
    this.#running = true
    const reached = loop(this, source, at, to, out, room, times)
    this.#running = false
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
    this.#frames.save(op, items, at, wasUsed, time)
  }

  /** Deals with why the loop came back, and asks for another activation if there is more to do. */
  #after(): void {
    if (this.isDone) {
      this.#frames.closeAll() // the stage was let go while its loop ran
      return
    }
    if (this.#stopAsked) this.stop()
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
        this.#frames.expand(pc, value, this.item, this.lastTime)
        break
      case Status.Emitted:
        this.#settled(pc, value, this.item)
        break
    }
    if (this.ended >= 0) this.#endEarly()
    this.wake()
  }

  #awaitResult(op: number, promise: PromiseLike<unknown>, item: unknown): void {
    this.waiting = true
    this.#awaited = op
    promise.then(
      (value) => {
        this.waiting = false
        this.#awaited = -1
        if (this.isDone) return
        this.#settled(op, value, item)
        this.wake()
      },
      (error: unknown) => {
        this.waiting = false
        this.#awaited = -1
        this.failed(error, 'item', op, item)
      },
    )
  }

  /** Continues behind op `op`, which has returned `value` for `item`: with what it emitted and its result. */
  #settled(op: number, value: unknown, item: unknown): void {
    if (isPromise(value)) this.#awaitResult(op, value, item)
    else this.#frames.settle(this.plan.kernels[op]?.kind, op, value, item, this.lastTime)
  }

  /** One item of an async expansion at a time: each waits until what the last one led to is worked off. */
  #awaitNext(frame: Frame): void {
    const op = frame.op - 1
    this.waiting = true
    let step: Promise<IteratorResult<unknown>>
    try {
      step = Promise.resolve((frame.asyncIterator as AsyncIterator<unknown>).next())
    } catch (error) {
      step = Promise.reject(error)
    }
    step.then(
      (result) => {
        this.waiting = false
        if (this.isDone) return
        this.#frames.step(frame, result, this.lastTime)
        if (frame.isSpent) this.#frames.drop(frame)
        this.wake()
      },
      (error: unknown) => {
        this.waiting = false
        frame.to = 0 // it has failed, so it must not be told to return
        this.failed(error, 'item', op, frame.cause)
      },
    )
  }

  /** Items from the source, or the next step of ending. */
  #refill(): number {
    if (this.#closed) {
      this.#endStep()
      return 0
    }
    try {
      const items = this.#feed?.next()
      if (items !== undefined) {
        const frame = Frame.window(0, 'input', items)
        this.#track?.part(frame, this.#feed?.last)
        if (this.host.timed) frame.time = this.host.clock.now()
        this.#frames.add(frame)
      } else if (this.#feed?.isPending === true) return 0
      else this.#closed = true
      this.wake()
    } catch (error) {
      this.failed(error, 'generate', 0)
    }
    return 0
  }

  /** A `take` has had enough: nothing enters before it any more, what is behind it goes on. */
  #endEarly(): void {
    this.#end.skipTo(this.ended + 1)
    this.#frames.closeUpTo(this.ended)
    if (this.#closed) return
    this.#closed = true
    this.inlet.close()
    // a source that sleeps would keep its timer
    if (this.inlet.edges.length === 0) this.contexts[0]?.stop(undefined)
    this.#closeSource().catch((error: unknown) => this.failed(error, 'generate', 0))
  }

  #closeSource(): Promise<void> {
    const feed = this.#feed
    this.#feed = undefined
    return feed?.close() ?? Promise.resolve()
  }

  /** Input and frames are used up: takes the next step of ending, or finishes. */
  #endStep(): void {
    const step = this.#end.next(this.lastTime)
    if (step === undefined) {
      this.finish()
      return
    }
    try {
      const value = step.call()
      if (isPromise(value)) this.await(value, 'end', step.op, step.onReturned)
      else step.onReturned(value)
      this.wake()
    } catch (error) {
      this.failed(error, 'end', step.op)
    }
  }

  override stop(): void {
    if (this.inlet.edges.length > 0 || this.#closed || this.isDone) return
    this.#stopAsked = this.#running
    if (this.#running) return // a generator cannot be closed from inside itself
    this.contexts[0]?.stop(undefined)
    this.#frames.closeUpTo(0)
    this.#closed = true
    this.#closeSource().catch((error: unknown) => this.failed(error, 'generate', 0))
    this.wake()
  }

  protected override async release(): Promise<void> {
    const record = this.records[this.#awaited]
    if (record !== undefined) {
      const kind = this.plan.kernels[this.#awaited]?.kind
      if (this.host.signal.aborted) record.failed++
      else if (kind === 'flatMap' || kind === 'expand') record.empty++
    }
    if (!this.#running) this.#frames.closeAll()
    await this.#closeSource()
  }
}
