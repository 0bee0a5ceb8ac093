/**
 * `Stage`: what the engine runs. Common to all kinds: readiness, life cycle of the nodes, failures, figures.
 *
 * A stage is activated when it may have something to do; it does a bounded amount of it and asks to be activated
 * again if there is more. It never blocks the thread: what must wait sets `waiting` and wakes the stage later.
 */

import { performance } from 'node:perf_hooks'
import { TermError } from '../errors.ts'
import type { DeadLetter } from '../failure.ts'
import type { Node } from '../graph/graph.ts'
import type { StagePlan } from '../plan/plan.ts'
import type { AsyncCall, Span, StageStats } from '../stats.ts'
import { isA, promiseOf } from '../values/foreign.ts'
import { type Acknowledger, acknowledgerOf, acknowledges } from './acknowledger.ts'
import { CleanUp } from './clean-up.ts'
import { machineMs } from './clock.ts'
import { NodeContext, type RunScope } from './context.ts'
import type { Edge, EdgeEnd } from './edge.ts'
import type { Inlet } from './inlet.ts'
import type { NodeRecord } from './node-record.ts'
import type { Outlet } from './outlet.ts'
import type { Peek } from './peek.ts'
import { readRegionPort } from './region-port.ts'
import type { RunningTime } from './running-time.ts'
import { sharesOf } from './shares.ts'
import type { StageSnapshot } from './snapshot.ts'
import { type BookedTime, StageClock } from './stage-clock.ts'
import { resumeNode, saveStage } from './stage-snapshot.ts'
import type { TimerWheel } from './timer-wheel.ts'

/** What a stage asks of its engine. */
export interface StageHost extends RunScope {
  /** Items in one batch at most. */
  readonly batchItems: number
  /** Whether it is saved now and then, and can be gone on with from there. Default false. */
  readonly isSaved?: boolean
  /** Has it saved as soon as it can be, however often that is given up. Returns whether it is going to be. */
  keep?(): boolean
  /** All time limits and pauses of the run. */
  readonly timers: TimerWheel
  /** The time in which stages may run: where coroutines may run. */
  readonly runningTime?: RunningTime
  /** Whether no stage is to begin anything. */
  readonly isPaused: boolean
  /** Whether an item that fails is set aside and the sources stop, where its term says `fail`. */
  readonly stopsOnFailure: boolean
  /** How long clean-up is waited for. Default: `DEFAULT_CLEANUP_TIMEOUT_MS`. */
  readonly cleanupTimeoutMs?: number | undefined
  /**
   * An item failed for good and was set aside; `isFatal` if it is to stop the sources. Returns a promise if whoever reads
   * dead letters cannot keep up: nothing is to follow before it resolves.
   */
  setAside(letter: DeadLetter, isFatal: boolean): void | Promise<void>
  /** Something failed that the run can go on without: stops the sources, and ends as failed. Only if `stopsOnFailure`. */
  stopFor(error: unknown): void
  /** Called with what threads other than the engine's have done. */
  readonly onSpan?: ((span: Span) => void) | undefined
  /** Called with each call of an async term that is over; undefined while nothing listens. */
  readonly onCall?: ((call: AsyncCall) => void) | undefined
  /** Has the engine look whether anything can still move: a stage began to wait for another. */
  look(): void
  /** The stage was at work on this thread between two moments. */
  worked(stage: Stage, from: number, to: number): void
  /** Puts the stage among those to activate. */
  ready(stage: Stage): void
  /** The stage has ended; its nodes are about to exit. */
  onFinished(stage: Stage): void
  /** The stage has ended and its nodes have exited. */
  onDone(stage: Stage): void
  /** Ends the run with this error. */
  fail(error: unknown): void
  /** Keeps a sink's result for the summary. */
  setResult(node: Node, result: unknown): void
}

const NOTHING_AWAITED = { phase: '', at: -1 }

/** A running stage. */
export abstract class Stage implements EdgeEnd {
  readonly plan: StagePlan
  readonly inlet: Inlet
  readonly outlet: Outlet
  readonly contexts: NodeContext[]
  readonly records: NodeRecord[]
  protected readonly host: StageHost
  /** Set while among those to activate; owned by the engine. */
  isReady = false
  /** Set while only something outside of the engine can continue the stage. */
  waiting = false
  isDone = false
  /** What a checkpoint says of it, for a run that goes on from there; set before the nodes are entered. */
  restored: StageSnapshot | undefined
  /** Set while the engine is about to be saved: once at rest, the stage begins nothing new. */
  isHalting = false
  activations = 0
  /** Time spent in its terms, in ms, summed over all threads. */
  processingMs = 0
  readonly stageClock = new StageClock()
  /** Times it was its turn, whether it could do something or not; counted by the engine. */
  turns = 0
  /** Times it took items, and how many. */
  batches = 0
  batchedItems = 0
  /** How many nodes have been entered; only these are exited. */
  #entered = 0
  /** The `enter` under way, of the node before #entered. */
  #entering: Promise<void> | undefined
  #exiting: Promise<void> | undefined
  #cleanUp: CleanUp | undefined
  /** Where its sinks were when it was saved last, and those to be told. */
  #saved: readonly unknown[] = []
  #hasResults = false
  /** Whether a sink of it, which has been told all, waits for a checkpoint of that; and whether one has been taken, and kept. */
  #end: 'open' | 'waiting' | 'saved' | 'kept' = 'open'
  readonly #acknowledgers = new Map<number, Acknowledger>()
  /** What was awaited last. */
  #awaited = NOTHING_AWAITED

  constructor(plan: StagePlan, inlet: Inlet, outlet: Outlet, host: StageHost) {
    this.plan = plan
    this.inlet = inlet
    this.outlet = outlet
    this.host = host
    this.contexts = plan.nodes.map((node) => new NodeContext(node.id, host))
    outlet.stageClock = this.stageClock
    this.records = plan.nodes.map(() => ({ in: 0, out: 0, born: 0, extra: 0, empty: 0, failed: 0 }))
  }

  /** Calls the nodes' `enter`, in order; returns a promise only if one of them does. */
  enter(): void | Promise<void> {
    while (this.#entered < this.enteredNodes && !this.isDone) {
      const at = this.#entered++
      const { leaf, id } = this.plan.nodes[at] as Node
      const ctx = this.contexts[at] as NodeContext
      try {
        ctx.state = leaf.initialState?.()
        const { restored } = this
        const entering =
          restored === undefined ? leaf.enter?.(ctx as never) : resumeNode(leaf, ctx, restored, at)
        const promise = promiseOf(entering)
        if (promise !== undefined) {
          this.#entering = promise.then(
            () => {
              this.#entering = undefined
            },
            (error: unknown) => {
              this.#entering = undefined
              throw new TermError(id, 'enter', error)
            },
          )
          return this.#entering.then(() => this.enter())
        }
      } catch (error) {
        throw new TermError(id, 'enter', error)
      }
    }
  }

  /** How many of its nodes, from the first on, are entered here; the others are entered where they run. */
  protected get enteredNodes(): number {
    return this.plan.nodes.length
  }

  /** Begins to work: all nodes of the run have been entered. */
  abstract start(): void

  /**
   * Does a bounded amount of what there is to do. Called by the engine only. `begun` is a reading of `performance.now()`;
   * returns one of its end, where it has one.
   */
  abstract activate(begun?: number): number | void

  /** Whether nothing is half done that cannot be saved: no promise, no iterator in the middle. */
  get isSettled(): boolean {
    return !this.waiting
  }

  /** The engine is about to be saved, and nothing more comes in. */
  halt(): void {
    this.isHalting = true
  }

  /** The engine was saved, or is not to be for now. */
  goOn(): void {
    if (!this.isHalting) return
    this.isHalting = false
    this.wake()
  }

  /** What it holds, as plain data. Called while it is settled. */
  snapshot(): StageSnapshot {
    const saved = saveStage(this, this.isDone ? undefined : this.ownSnapshot())
    this.#saved = saved.positions
    if (this.#end === 'waiting') this.#end = 'saved'
    return saved
  }

  /** What a stage of this kind holds beside its nodes. */
  protected ownSnapshot(): unknown {
    return undefined
  }

  /** Puts back what was saved, before the nodes are entered; `start` goes on from there. */
  restore(snapshot: StageSnapshot): void {
    this.restored = snapshot
    this.isDone = snapshot.isDone
    snapshot.records.forEach((record, at) => void Object.assign(this.records[at] as NodeRecord, record))
    this.outlet.restore(snapshot.ports)
    this.inlet.restore?.(snapshot.ports)
  }

  /** The last snapshot could not be stored. */
  onNotKept(): void {
    if (this.#end !== 'saved') return
    this.#end = 'open'
    this.wake()
  }

  /** The last snapshot is stored. */
  onKept(): void {
    if (this.isDone || this.#hasResults) return
    this.#saved.forEach((position, at) => void this.acknowledge(at, position))
    if (this.#end !== 'saved') return
    this.#end = 'kept'
    this.wake()
  }

  /**
   * Whether its result must wait for a checkpoint of all that its sink was told: what the sink makes final at its end is not
   * told it once more then. Asks for that checkpoint; if there is to be none, there is nothing to wait for.
   */
  protected waitsToBeKept(): boolean {
    if (this.#end === 'kept' || !this.#hasAcknowledgingSink) return false
    if (this.#end === 'saved') return true
    if (this.host.keep?.() !== true) return false
    this.#end = 'waiting'
    return true
  }

  get #hasAcknowledgingSink(): boolean {
    const at = this.plan.nodes.length - 1
    return this.plan.kernels[at]?.kind === 'sink' && acknowledges((this.plan.nodes[at] as Node).leaf)
  }

  /**
   * Its sinks are about to give their results, and hear of no further checkpoint. Returns a promise if one of them is being
   * told of one.
   */
  protected beforeResults(): Promise<unknown> | undefined {
    this.#hasResults = true
    const calls = [...this.#acknowledgers.values()].filter(({ isCalling }) => isCalling)
    return calls.length === 0 ? undefined : Promise.all(calls.map((call) => call.settled()))
  }

  /** Tells node `at`, if it has asked for it, that all up to a position is in good hands. */
  protected acknowledge(at: number, position: unknown): void {
    if (position === undefined || this.host.signal.aborted) return
    const { leaf, id } = this.plan.nodes[at] as Node
    const known = this.#acknowledgers.get(at)
    const acknowledger =
      known ??
      acknowledgerOf(leaf, this.contexts[at] as NodeContext, (error) =>
        this.host.fail(new TermError(id, 'acknowledge', error)),
      )
    if (acknowledger === undefined) return
    if (known === undefined) this.#acknowledgers.set(at, acknowledger)
    acknowledger.upTo(position)
  }

  /** Whether its nodes exit only once all other stages are done. */
  get exitsLast(): boolean {
    return false
  }

  /** Resolves when no node is being told of what is in good hands. */
  async acknowledged(): Promise<void> {
    for (const acknowledger of this.#acknowledgers.values()) await acknowledger.settled()
  }

  /** Stops taking from outside: a source ends here, everything else when its inputs end. */
  stop(): void {}

  /** Lets go of what the stage holds: the run has failed or was cancelled. */
  protected abstract release(): void | Promise<void>

  /** Whether the stage waits for something outside of the engine. */
  get isWaiting(): boolean {
    if (this.isDone) return false
    if (this.waiting) return true
    for (const ctx of this.contexts) if (ctx.sleeping > 0) return true
    return false
  }

  /** Whether it may go on though nothing comes, by a timer say: it is not stuck, but a checkpoint need not wait for it. */
  get mayGoOn(): boolean {
    return !this.isDone && (this.#end === 'waiting' || this.#end === 'saved')
  }

  /** The node whose call is under way, or has given what is not counted yet; -1 if there is none. */
  get callAt(): number {
    return this.waiting ? this.waitingAt : -1
  }

  /** Index of the node that it waits in; below 0 if only the stage knows. */
  get waitingAt(): number {
    const { at } = this.#awaited
    return at >= 0 ? at : this.contexts.findIndex((ctx) => ctx.sleeping > 0)
  }

  /** What it waits for, as the subject of a sentence. */
  get waitsFor(): string {
    const hook = this.#entering !== undefined ? 'enter' : this.#awaited.phase
    const at = this.#entering !== undefined ? this.#entered - 1 : this.waitingAt
    const term = `the term "${(this.plan.nodes[Math.max(0, at)] as Node).id}"`
    return ['enter', 'end'].includes(hook) ? `${hook}() of ${term}` : term
  }

  /** Items taken off edges that no node got to see, because the stage ended early. */
  get leftover(): number {
    return 0
  }

  /** Inputs counted as taken whose outcome is not known yet, at most: a call is under way, an expansion is half read. */
  get heldItems(): number {
    return 0
  }

  /** Items that left the graph here: nothing reads them. */
  get left(): number {
    if (!this.outlet.isOpen) return this.outlet.left
    // the loop does not even gather them
    const last = this.plan.nodes.length - 1
    return this.plan.kernels[last]?.kind === 'sink' ? 0 : (this.records[last] as NodeRecord).out
  }

  /** Copies made for second and further readers. */
  get copied(): number {
    return this.outlet.copied
  }

  /** Counts a batch that was taken. */
  protected count(items: number): void {
    this.batches++
    this.batchedItems += items
  }

  /** Books an activation: when it began, and how many items it took. Returns the time at which it ended. */
  protected book(begun: number, items: number): number {
    const ended = performance.now()
    this.processingMs += ended - begun
    if (items > 0) this.count(items)
    return ended
  }

  /** Whether it could do something, and waits for its turn. */
  get isHeld(): boolean {
    return this.isReady && !this.isDone
  }

  /** A number that changes whenever it gets what it waits for while it is held. */
  get progress(): number {
    return this.turns
  }

  /** Share of each node in the stage's time, where it is known. */
  get shares(): readonly number[] | undefined {
    return this.plan.nodes.length === 1 ? WHOLE : undefined
  }

  /** Where its terms run now. */
  get runsOn(): StageStats['runsOn'] {
    return 'caller'
  }

  /** Estimated bytes that went to workers and came back. */
  get trafficBytes(): { readonly sent: number; readonly received: number } {
    return NO_TRAFFIC
  }

  /** What it did with its time, up to the moment `at`. */
  protected timeAt(at: number): BookedTime {
    return this.stageClock.read(at)
  }

  /** Books that an activation is over. */
  endActivation(at: number): void {
    // most often there is more to do, and what it waits for need not be looked for
    if (this.isReady) this.stageClock.end(at, true, -1)
    else if (this.isWaiting) this.stageClock.end(at, true, Math.max(0, this.waitingAt))
    else this.stageClock.end(at, this.isHeld, -1)
  }

  /** Index of the node that waits for something outside; -1 if none does. */
  get awaitingAt(): number {
    return this.isWaiting ? Math.max(0, this.waitingAt) : -1
  }

  /** Whether it has something to do that it cannot go on with now. */
  get isHeldUp(): boolean {
    return this.isReady || this.isWaiting
  }

  /** The edges whose next item the stage waits for, when it has nothing to do. */
  get wanted(): readonly Edge[] {
    return this.inlet.edges.filter((edge) => edge.items === 0 && !edge.ended)
  }

  wake(): void {
    if (!this.isReady && !this.isDone && !this.waiting) this.host.ready(this)
  }

  onItems(edge: Edge): void {
    this.inlet.notice(edge)
    this.wake()
  }

  onReaderGone(): void {
    if (!this.isDone && this.outlet.isAbandoned) this.finish()
  }

  /** A call of node `at` is under way; returns what is to be told how it is over, or `undefined` if nothing listens. */
  protected callBegins(at: number): ((outcome: AsyncCall['outcome']) => void) | undefined {
    const { onCall } = this.host
    if (onCall === undefined) return undefined
    const begun = performance.now()
    const { id: node } = this.plan.nodes[at] as Node
    let isOver = false
    return (outcome) => {
      if (isOver) return // a promise that was let go may still settle
      isOver = true
      onCall({ node, beginMs: machineMs(begun), durationMs: performance.now() - begun, outcome })
    }
  }

  /** Waits for a promise, then goes on with `then`; failures end the run. */
  protected await(
    promise: Promise<unknown>,
    phase: string,
    at: number,
    then: (value: unknown) => void,
  ): void {
    this.waiting = true
    this.#awaited = { phase, at }
    promise.then(
      (value) => {
        this.waiting = false
        this.#awaited = NOTHING_AWAITED
        if (this.isDone) return
        try {
          then(value)
        } catch (error) {
          this.failed(error, phase, at)
          return
        }
        this.wake()
      },
      (error: unknown) => {
        this.waiting = false
        this.#awaited = NOTHING_AWAITED
        this.failed(error, phase, at)
      },
    )
  }

  /** Ends the run because of node `at`. */
  protected failed(error: unknown, phase: string, at: number, item?: unknown): void {
    if (this.isDone) return
    const { id } = this.plan.nodes[Math.max(at, 0)] as Node
    if (phase === 'item' || phase === 'fallback') (this.records[at] as NodeRecord).failed++
    const failure = isA(error, TermError) ? error : new TermError(id, phase, error, item)
    if (this.host.stopsOnFailure && this.goOnAfter(phase)) this.host.stopFor(failure)
    else this.host.fail(failure)
  }

  /** Goes on without what failed in `phase`, if that is possible. Returns whether it is. */
  protected goOnAfter(_phase: string): boolean {
    return false
  }

  /** Ends the stage in good order: writers stop, nodes exit, readers see the end. */
  protected finish(): void {
    if (this.isDone) return
    this.isDone = true
    this.inlet.close()
    this.outlet.end()
    this.stageClock.rest()
    this.host.onFinished(this)
    if (!this.exitsLast) this.leave()
  }

  /** Exits the nodes of a stage that has ended. */
  leave(): void {
    this.dispose().then(
      () => this.host.onDone(this),
      (error: unknown) => {
        if (!this.host.stopsOnFailure) this.host.fail(error)
        else {
          this.host.stopFor(error)
          this.host.onDone(this)
        }
      },
    )
  }

  /** What is waited for once the stage has ended. */
  protected get cleanUp(): CleanUp {
    this.#cleanUp ??= new CleanUp(this.host.cleanupTimeoutMs, this.host.signal)
    return this.#cleanUp
  }

  /** Lets go of everything and calls every `exit`, once. Rejects with the first failure, after all were called. */
  dispose(): Promise<void> {
    this.isDone = true
    this.#exiting ??= this.#exit()
    return this.#exiting
  }

  async #exit(): Promise<void> {
    let first: TermError | undefined
    try {
      await this.release()
    } catch (error) {
      first =
        error instanceof TermError ? error : new TermError((this.plan.nodes[0] as Node).id, 'generate', error)
    }
    for (const [at, acknowledger] of this.#acknowledgers) {
      const calling = acknowledger.isCalling ? acknowledger.settled() : undefined
      const failed = await this.#cleanedUp(at, 'acknowledge', calling)
      first ??= failed
    }
    const entered = this.#entered
    for (let at = 0; at < entered; at++) {
      const entering = at === entered - 1 ? this.#entering : undefined
      // exit follows enter, but nobody waits for an enter that may never settle
      if (entering !== undefined) entering.catch(() => undefined).then(() => this.#exitNode(at))
      else {
        const failed = await this.#exitNode(at)
        first ??= failed
      }
    }
    if (first !== undefined) throw first
  }

  /** Calls one node's `exit`; returns how it failed. */
  async #exitNode(at: number): Promise<TermError | undefined> {
    const { leaf, id } = this.plan.nodes[at] as Node
    try {
      return await this.#cleanedUp(at, 'exit', promiseOf(leaf.exit?.(this.contexts[at] as never)))
    } catch (error) {
      return new TermError(id, 'exit', error)
    }
  }

  /** Waits for one node's clean-up, within the limit; returns how it failed. */
  async #cleanedUp(
    at: number,
    phase: 'acknowledge' | 'exit',
    piece: Promise<unknown> | undefined,
  ): Promise<TermError | undefined> {
    try {
      if (piece !== undefined) await this.cleanUp.within(piece, `${phase}()`)
      return undefined
    } catch (error) {
      return new TermError((this.plan.nodes[at] as Node).id, phase, error)
    }
  }

  /** Begins to look at what leaves node `op`; returns how to stop it, or undefined if nothing of it is seen here. */
  peek(op: number, peek: Peek): (() => void) | undefined {
    const { kind, nodes } = this.plan
    const isMeant = (output: string): boolean => peek.port === undefined || peek.port === output
    if (kind !== 'region') return op === nodes.length - 1 ? this.outlet.peek(peek, isMeant) : undefined
    return this.outlet.peek(peek, (name) => {
      const { node, output } = readRegionPort(name)
      return node === (nodes[op] as Node).index && isMeant(output)
    })
  }

  /** The piece of its source that a worker was given last. */
  get lastSplit(): unknown {
    return undefined
  }

  /** Figures of a run that began at one moment, up to another; both in ms on the monotonic clock. */
  stats(began: number, at: number): StageStats {
    const { index, nodes } = this.plan
    const { sent, received } = this.trafficBytes
    return {
      index,
      nodes: nodes.map(({ id }) => id),
      runsOn: this.runsOn,
      ...(this.isWaiting ? { waitsIn: (nodes[Math.max(0, this.waitingAt)] as Node).id } : {}),
      activations: this.activations,
      processingMs: this.processingMs,
      ...sharesOf(this.timeAt(at), at - began),
      queuedItems: this.inlet.edges.reduce((sum, { items }) => sum + items, 0),
      meanBatchItems: this.batches === 0 ? 0 : this.batchedItems / this.batches,
      sentBytes: sent,
      receivedBytes: received,
    }
  }
}

const WHOLE = [1]
const NO_TRAFFIC = { sent: 0, received: 0 }
