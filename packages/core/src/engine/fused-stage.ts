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
import { adopt, awaited, promiseOf, type Then } from '../values/foreign.ts'
import { acknowledges } from './acknowledger.ts'
import { ChainEnd, type EndCursor } from './chain-end.ts'
import { Status } from './codegen.ts'
import type { NodeContext } from './context.ts'
import { Frame, type FrameSnapshot } from './frame.ts'
import { FrameStack } from './frame-stack.ts'
import { ItemFailures } from './item-failures.ts'
import { LoopSet } from './loop-set.ts'
import { OpPeeks, type Peek } from './peek.ts'
import { Quantum } from './quantum.ts'
import { SAMPLE_ITEMS, Sampler } from './sampler.ts'
import type { StageSnapshot } from './snapshot.ts'
import { openSource, type SourceFeed } from './source-feed.ts'
import { type SourcePosition, SourceTrack } from './source-track.ts'
import { Stage } from './stage.ts'
import { within } from './time-limit.ts'
import { unfit } from './unfit.ts'

const CELL: Float64Array = new Float64Array(1)

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
  functions: ItemFunction[]
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
  /** Of a thenable that a loop came back with: its `then`, which was read there. */
  thenMethod: unknown
  /** Source time of the last item that a loop took. */
  lastTime = Number.NaN
  outTimes: number[] = []
  /** Through which loops read a state that is a number. */
  readonly cell: Float64Array = CELL
  /** What loops throw when a function gives what it must not. */
  readonly unfit = unfit

  readonly #frames = new FrameStack(
    this.contexts,
    this.records,
    (error, phase, op, item, attempts) => {
      if (attempts === undefined) this.failed(error, phase, op, item)
      else this.#failures.onFailed(error, op, item, attempts)
    },
    () => this.cleanUp,
  )
  readonly #end = new ChainEnd(this.plan.nodes, this.contexts, this.#frames, (node, result) =>
    this.host.setResult(node, result),
  )
  /** What a source yields, where that is not one frame: arrays, or items that take time to come. */
  #feed: SourceFeed | undefined
  #track: SourceTrack | undefined
  /** Whether the source wants to hear what is in good hands. */
  #acknowledges = false
  /** Where the source was when the stage was saved last. */
  #savedAt: unknown
  /** Nothing comes in at the head any more. */
  #closed = false
  readonly #quantum = new Quantum()
  readonly #loops: LoopSet
  /** Of a stage of several terms. */
  readonly #sampler: Sampler | undefined
  /** Set once somebody has looked at items inside of the stage. */
  #peeks: OpPeeks | undefined
  /** A loop is running, and in it maybe a generator of the user's. */
  #running = false
  #stopAsked = false
  /** The op whose promise is awaited, or that is called again after a pause; -1 if none is. */
  #awaited = -1
  /** The op whose promise has settled, while no loop has taken its result on; -1 otherwise. */
  #settledAt = -1
  #madeFailures: ItemFailures | undefined
  /** Whether one of its nodes has a time limit. */
  readonly #isTimed = this.plan.nodes.some(({ policy }) => policy.timeoutMs !== undefined)
  /** Stops waiting for the promise. */
  #forget: () => void = () => {}

  constructor(...args: ConstructorParameters<typeof Stage>) {
    super(...args)
    const { kernels } = this.plan
    this.functions = kernels.map((kernel) => ('f' in kernel ? (kernel.f as ItemFunction) : () => undefined))
    this.selves = kernels.map((kernel) => ('self' in kernel ? kernel.self : undefined))
    const tail = this.outlet.isOpen && !this.outlet.routes ? 'none' : 'push'
    const isSampled = kernels.length > 1
    this.#sampler = isSampled ? new Sampler(kernels.length) : undefined
    this.#loops = new LoopSet(kernels, this.functions, tail, this.host.timed, this.contexts)
  }

  /** Made with the first failure: most stages never see one, and a graph may have ten thousand of them. */
  get #failures(): ItemFailures {
    this.#madeFailures ??= this.#makeFailures()
    return this.#madeFailures
  }

  #makeFailures(): ItemFailures {
    const stage = this
    const { plan, host, contexts, records, functions } = stage
    return new ItemFailures({
      ...{ plan, host, contexts, records, functions, frames: stage.#frames },
      get lastTime() {
        return stage.lastTime
      },
      hold: (op) => {
        stage.waiting = true
        stage.#awaited = op
      },
      goOn: () => {
        stage.waiting = false
        stage.#awaited = -1
        stage.wake()
      },
      settled: (op, value, item, attempts) => {
        const promise = promiseOf(value)
        if (promise === undefined) stage.#settled(op, value, item, attempts)
        else stage.#awaitResult(op, promise, item, attempts)
      },
      failed: (error, phase, op, item) => stage.failed(error, phase, op, item),
    })
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

  override snapshot(): StageSnapshot {
    // also of a source that has ended: what it gave last is not acknowledged yet
    this.#savedAt = this.#track?.position.at
    return super.snapshot()
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

  override onKept(): void {
    super.onKept()
    this.acknowledge(0, this.#savedAt)
  }

  override get exitsLast(): boolean {
    return this.#acknowledges && this.host.isSaved === true
  }

  #open(kernel: Kernel, from?: SourcePosition): void {
    if (kernel.kind !== 'source' && kernel.kind !== 'batches') return
    try {
      const { leaf } = this.plan.nodes[0] as Node
      const track = new SourceTrack(leaf, kernel)
      this.#track = track
      this.#acknowledges = acknowledges(leaf)
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
    return batches ? 1 : Math.min(this.#quantum.gathered, this.host.batchItems, this.outlet.room())
  }

  /** Whether everything that was taken in has been worked off. */
  get isIdle(): boolean {
    return this.#frames.size === 0 && !this.waiting
  }

  override get heldItems(): number {
    return this.#frames.size + (this.waiting ? 1 : 0)
  }

  override get leftover(): number {
    return this.inlet.edges.length > 0 ? this.#frames.leftover : 0
  }

  override get isWaiting(): boolean {
    return super.isWaiting || (!this.isDone && this.#feed?.isBusy === true)
  }

  override get waitingAt(): number {
    if (this.#awaited >= 0) return this.#awaited
    const { inNext } = this.#frames
    return inNext === undefined ? super.waitingAt : inNext.frame.op - 1
  }

  override get callAt(): number {
    return this.#settledAt >= 0 ? this.#settledAt : super.callAt
  }

  override activate(begun: number = performance.now()): number | void {
    const room = this.outlet.room()
    if (room <= 0) return
    this.#settledAt = -1
    this.activations++
    const taken = this.#advance(Math.min(room, this.host.batchItems))
    const ended = this.book(begun, taken)
    this.#quantum.adapt(taken, ended - begun)
    this.#loops.count(taken)
    return ended
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
    const reached = this.#run('window', 0, false, items, at, to, room, times)
    this.inlet.consume(reached - at)
    this.#after()
    return reached - at
  }

  #advanceFrame(frame: Frame, room: number): number {
    if (frame.asyncIterator !== undefined) {
      this.#awaitNext(frame)
      return 0
    }
    const isRetry = frame.role === 'retry'
    const resumed = frame.role !== 'input' && !isRetry
    if (isRetry) this.#failures.beginRetry(frame.op, frame.attempts)
    this.time = frame.time
    if (this.host.timed && !resumed && Number.isNaN(frame.time)) this.time = this.host.clock.now()
    const { at } = frame
    let reached: number
    if (frame.iterator === undefined) {
      const to = Math.min(frame.to, at + this.#quantum.items)
      reached = this.#run('window', frame.op, resumed, frame.items, at, to, room, frame.times)
    } else {
      this.exhausted = false
      reached = this.#run(
        'iterator',
        frame.op,
        resumed,
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
    const hasFailed = resumed && this.pc < 0 && this.#onIteratorLeft(frame)
    if (frame.isSpent) this.#frames.drop(frame)
    this.#after(hasFailed ? frame : undefined)
    return isRetry ? 0 : reached - at
  }

  /**
   * A resumed loop came back from inside the iterator: it failed, or it emitted through the context. Returns whether it
   * failed.
   */
  #onIteratorLeft(frame: Frame): boolean {
    if (this.status === Status.Failed) {
      this.pc = frame.op - 1
      this.item = frame.cause
      frame.hasFailed = true
    } else if (this.status === Status.Emitted) {
      this.status = Status.Normal
      this.#frames.step(frame, this.value as IteratorResult<unknown>, this.lastTime)
    }
    return frame.hasFailed
  }

  #run(
    head: 'window' | 'iterator',
    first: number,
    resumed: boolean,
    source: unknown,
    at: number,
    to: number,
    room: number,
    times: readonly number[] | undefined,
  ): number {
    const out: unknown[] = []
    if (this.host.timed) this.outTimes = []
    this.#running = true
    const isSampled = this.#sampler?.isDue(this.processingMs) === true || this.#peeks?.isWanted === true
    const reached = isSampled
      ? this.#sample(this.#sampler ?? new Sampler(1), head, first, resumed, source, at, to, out, room, times)
      : this.#loops.get(head, first, resumed)(this, source, at, to, out, room, times)
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

  /** Runs a few items with a clock around each call, and shows them to who looks. */
  #sample(
    sampler: Sampler,
    head: 'window' | 'iterator',
    first: number,
    resumed: boolean,
    source: unknown,
    at: number,
    to: number,
    out: unknown[],
    room: number,
    times: readonly number[] | undefined,
  ): number {
    const { functions } = this
    const maker = resumed ? first - 1 : first
    const from = head === 'window' ? source : sampler.timedIterator(source as Iterator<unknown>, maker)
    const timed = sampler.timed(functions)
    this.functions = this.#peeks?.shown(timed) ?? timed
    try {
      const loop = this.#loops.sampling(head, first, resumed)
      const begun = performance.now()
      const reached = loop(this, from, at, Math.min(to, at + SAMPLE_ITEMS), out, room, times)
      const tookMs = performance.now() - begun
      sampler.took(reached - at, !resumed && this.#feed !== undefined, this.processingMs, tookMs)
      return reached
    } finally {
      this.functions = functions
    }
  }

  override peek(op: number, peek: Peek): (() => void) | undefined {
    const { kernels } = this.plan
    // what leaves a term is what enters the next, or the next but one: a take has no function, and passes all until its end
    let reader = kernels[op]?.kind === 'sink' ? op : op + 1
    while (kernels[reader]?.kind === 'take') reader++
    if (reader === kernels.length) return super.peek(reader - 1, peek)
    this.#peeks ??= new OpPeeks(kernels)
    return this.#peeks.add(reader, peek)
  }

  override get shares(): readonly number[] | undefined {
    if (this.#sampler === undefined) return super.shares
    const { nodeMs } = this.stageClock
    const work = this.#sampler.shares
    if (nodeMs === undefined) return work
    const ms = this.plan.nodes.map((_, at) => (nodeMs[at] ?? 0) + this.processingMs * (work?.[at] ?? 0))
    const sum = ms.reduce((all, own) => all + own, 0)
    return sum > 0 ? ms.map((own) => own / sum) : undefined
  }

  /** Called by loops: the rest of an opened array, from `at`. */
  save(op: number, items: readonly unknown[], at: number, wasUsed: boolean, time = Number.NaN): void {
    this.#frames.save(op, items, at, wasUsed, time)
  }

  /** Deals with why the loop came back, and asks for another activation if there is more to do. `broken`: its iterator failed. */
  #after(broken?: Frame): void {
    if (this.isDone) {
      this.#frames.closeAll() // the stage was let go while its loop ran
      return
    }
    if (this.#stopAsked) this.stop()
    const { pc } = this
    const promise = this.#promised()
    const { status, value } = this
    this.status = Status.Normal
    this.value = undefined
    this.thenMethod = undefined
    const isDone = status !== Status.Failed && promise === undefined
    const attempts = this.#madeFailures?.endRetry(pc, isDone) ?? 0
    switch (status) {
      case Status.Failed:
        if (pc < 0) this.failed(value, 'generate', pc, this.item)
        else if (broken?.role === 'born') this.failed(value, 'end', pc)
        else if (broken !== undefined)
          this.#failures.onFailed(value, pc, this.item, broken.attempts, broken.wasUsed)
        else this.#failures.onFailed(value, pc, this.item, attempts)
        break
      case Status.Pending:
        this.#awaitResult(pc, promise as Promise<unknown>, this.item, attempts)
        break
      case Status.Iterable:
        this.#frames.expand(pc, value, this.item, this.lastTime, attempts)
        break
      case Status.Emitted:
        if (promise === undefined) this.#settled(pc, value, this.item, attempts)
        else this.#awaitResult(pc, promise, this.item, attempts)
        break
    }
    if (this.isDone) return
    if (this.ended >= 0) this.#endEarly()
    this.wake()
  }

  /** The promise that a function has given, if it has; its `then` may throw, and then the call has failed. */
  #promised(): Promise<unknown> | undefined {
    const { status, value, thenMethod } = this
    if (status === Status.Pending) return adopt(value as object, thenMethod as Then)
    if (status !== Status.Emitted) return undefined
    try {
      return promiseOf(value)
    } catch (error) {
      this.status = Status.Failed
      this.value = error
      return undefined
    }
  }

  #awaitResult(op: number, promise: Promise<unknown>, item: unknown, attempts: number): void {
    this.waiting = true
    this.#awaited = op
    const over = this.callBegins(op)
    const onError = (error: unknown): void => {
      this.waiting = false
      this.#awaited = -1
      over?.('failed')
      if (this.isDone) return
      this.#failures.onFailed(error, op, item, attempts)
      this.wake()
    }
    const forget = within(
      promise,
      this.#isTimed ? this.#failures.limitOf(op, onError) : undefined,
      (value) => {
        this.waiting = false
        this.#awaited = -1
        over?.('settled')
        if (this.isDone) return
        this.#madeFailures?.onSuccess(op)
        this.#settled(op, value, item, attempts)
        this.wake()
      },
      onError,
    )
    this.#forget = () => {
      forget()
      over?.('letGo')
    }
  }

  /** Continues behind op `op`, which has returned `value` for `item`: with what it emitted and its result. */
  #settled(op: number, value: unknown, item: unknown, attempts: number): void {
    this.#settledAt = op
    this.#frames.settle(this.plan.kernels[op]?.kind, op, value, item, this.lastTime, attempts)
  }

  /** One item of an async expansion at a time: each waits until what the last one led to is worked off. */
  #awaitNext(frame: Frame): void {
    const op = frame.op - 1
    this.waiting = true
    let step: Promise<IteratorResult<unknown>>
    try {
      step = awaited((frame.asyncIterator as AsyncIterator<unknown>).next()) as Promise<
        IteratorResult<unknown>
      >
    } catch (error) {
      step = Promise.reject(error)
    }
    const onError = (error: unknown): void => {
      this.waiting = false
      this.#frames.inNext = undefined
      frame.to = 0 // it has failed, so it must not be told to return
      if (this.isDone) return
      frame.hasFailed = true
      this.#frames.drop(frame)
      this.#failures.onFailed(error, op, frame.cause, frame.attempts, frame.wasUsed)
      this.wake()
    }
    this.#frames.inNext = { frame, step }
    const onTimeout = (error: unknown): void => {
      frame.asyncIterator?.return?.().catch(() => undefined) // whatever it gives or throws now comes too late
      onError(error)
    }
    this.#forget = within(
      step,
      this.#isTimed ? this.#failures.limitOf(op, onTimeout) : undefined,
      (result) => {
        this.waiting = false
        this.#frames.inNext = undefined
        if (this.isDone) return
        this.#frames.step(frame, result as IteratorResult<unknown>, this.lastTime)
        if (frame.isSpent) this.#frames.drop(frame)
        this.wake()
      },
      onError,
    )
  }

  /** Items from the source, or the next step of ending. */
  #refill(): number {
    if (this.#closed) {
      this.#endStep()
      return 0
    }
    this.#acknowledgeTaken()
    try {
      const begun = this.#sampler === undefined ? 0 : performance.now()
      const items = this.#feed?.next()
      if (items !== undefined) {
        this.#sampler?.pulled(performance.now() - begun, items.length)
        const frame = this.#inputOf(items)
        this.#track?.part(frame, this.#feed?.first, this.#feed?.last)
        this.#frames.add(frame)
      } else if (this.#feed?.isPending === true) return 0
      else this.#closed = true
      this.wake()
    } catch (error) {
      this.failed(error, 'generate', 0)
    }
    return 0
  }

  /** A source that failed has ended; of an `end` that failed, the next one follows. */
  protected override goOnAfter(phase: string): boolean {
    if (phase !== 'generate' && phase !== 'end') return false
    if (phase === 'generate') {
      // what the source gave before it failed is sound
      const items = this.#feed?.next()
      if (items !== undefined) this.#frames.addBelow(this.#inputOf(items))
      this.#closed = true
      this.#closeSource()
    }
    this.wake()
    return true
  }

  /** Where nothing is saved, the run has charge of a batch as soon as nothing is left of it. */
  #acknowledgeTaken(): void {
    if (this.#acknowledges && this.host.isSaved !== true) this.acknowledge(0, this.#track?.position.at)
  }

  #inputOf(items: readonly unknown[]): Frame {
    const frame = Frame.window(0, 'input', items)
    if (this.host.timed) frame.time = this.host.clock.now()
    return frame
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
    this.#closeSource()
  }

  #closeSource(): void {
    const feed = this.#feed
    this.#feed = undefined
    feed?.close(this.cleanUp)
  }

  /** Input and frames are used up: takes the next step of ending, or finishes. */
  #endStep(): void {
    if (this.#end.isAtResult && this.waitsToBeKept()) return
    const told = this.#end.isAtResult ? this.beforeResults() : undefined
    if (told !== undefined) {
      this.await(told, 'acknowledge', 0, () => undefined)
      return
    }
    const step = this.#end.next(this.lastTime)
    if (step === undefined) {
      this.finish()
      return
    }
    try {
      const value = step.call()
      const promise = promiseOf(value)
      if (promise !== undefined) this.await(promise, 'end', step.op, step.onReturned)
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
    this.#closeSource()
    this.wake()
  }

  protected override async release(): Promise<void> {
    this.#forget()
    this.#madeFailures?.release()
    const { top } = this.#frames
    if (top?.role === 'retry') this.#awaited = top.op
    const record = this.records[this.#awaited]
    if (record !== undefined) {
      const kind = this.plan.kernels[this.#awaited]?.kind
      if (this.host.signal.aborted) record.failed++
      else if (kind === 'flatMap' || kind === 'expand') record.empty++
    }
    // a source that sleeps would not get to its clean-up
    if (this.inlet.edges.length === 0 && !this.#closed) this.contexts[0]?.stop(this.host.signal.reason)
    if (!this.#running) this.#frames.closeAll()
    else await Promise.resolve() // the loop that runs lets go of its frames
    this.#closeSource()
    await this.cleanUp.settled()
    this.#acknowledgeTaken()
  }
}
