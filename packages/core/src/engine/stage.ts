/**
 * `Stage`: what the engine runs. Common to all kinds: readiness, life cycle of the nodes, failures, figures.
 *
 * A stage is activated when it may have something to do; it does a bounded amount of it and asks to be activated
 * again if there is more. It never blocks the thread: what must wait sets `waiting` and wakes the stage later.
 */

import { performance } from 'node:perf_hooks'
import type { StageStats } from '../contracts.ts'
import { TermError } from '../errors.ts'
import type { DeadLetter } from '../failure.ts'
import type { Node } from '../graph/graph.ts'
import type { StagePlan } from '../plan/plan.ts'
import { isA, promiseOf } from '../values/foreign.ts'
import { CleanUp } from './clean-up.ts'
import { NodeContext, type RunScope } from './context.ts'
import type { Edge, EdgeEnd } from './edge.ts'
import type { FailureRecord } from './failure-record.ts'
import type { Inlet } from './inlet.ts'
import type { Outlet } from './outlet.ts'
import { sharesOf } from './shares.ts'
import type { StageSnapshot } from './snapshot.ts'
import { resumeNode, saveStage } from './stage-snapshot.ts'
import type { TimerWheel } from './timer-wheel.ts'

/** What a stage asks of its engine. */
export interface StageHost extends RunScope {
  /** Items in one batch at most. */
  readonly batchItems: number
  /** All time limits and pauses of the run. */
  readonly timers: TimerWheel
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
  /** Has the engine look whether anything can still move: a stage began to wait for another. */
  look(): void
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

/** Items that went through one node; see `Ledger` for what is made of them. */
export interface NodeRecord {
  in: number
  out: number
  /** Outputs that no input stands behind: from sources, `enter`, `end`. */
  born: number
  /** Further outputs, emitted through the context. */
  extra: number
  /** Inputs of expansions that gave no output. */
  empty: number
  /** Inputs that failed and gave no result, or were given up in mid-call when the run failed. */
  failed: number
  /** Inputs that found no partner, as the term itself says. */
  unmatched?: number
  /** How it failed, once it has. */
  failures?: FailureRecord
}

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
  busyMs = 0
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

  constructor(plan: StagePlan, inlet: Inlet, outlet: Outlet, host: StageHost) {
    this.plan = plan
    this.inlet = inlet
    this.outlet = outlet
    this.host = host
    this.contexts = plan.nodes.map((node) => new NodeContext(node.id, host))
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

  /** Does a bounded amount of what there is to do. Called by the engine only. */
  abstract activate(): void

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
    return saveStage(this, this.isDone ? undefined : this.ownSnapshot())
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

  /** Stops taking from outside: a source ends here, everything else when its inputs end. */
  stop(): void {}

  /** Lets go of what the stage holds: the run has failed or was cancelled. */
  protected abstract release(): void | Promise<void>

  /** Whether the stage waits for something outside of the engine. */
  get isWaiting(): boolean {
    return !this.isDone && (this.waiting || this.contexts.some((ctx) => ctx.sleeping > 0))
  }

  /** Index of the node that it waits in; below 0 if only the stage knows. */
  protected get waitingAt(): number {
    return this.contexts.findIndex((ctx) => ctx.sleeping > 0)
  }

  /** Items taken off edges that no node got to see, because the stage ended early. */
  get leftover(): number {
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

  /** Books an activation that began then and took so many items. Returns how long it took, in ms. */
  protected book(begun: number, items: number): number {
    const spent = performance.now() - begun
    this.busyMs += spent
    if (items > 0) this.count(items)
    return spent
  }

  /** Whether it could do something, and waits for its turn. */
  get isHeld(): boolean {
    return this.isReady && !this.isDone
  }

  /** A number that changes whenever it gets what it waits for while it is held. */
  get progress(): number {
    return this.turns
  }

  /** Where its terms run now. */
  get runsOn(): StageStats['runsOn'] {
    return 'caller'
  }

  /** Estimated bytes that went to workers and came back. */
  get trafficBytes(): { readonly sent: number; readonly received: number } {
    return NO_TRAFFIC
  }

  /** Time in which it was at work, up to the moment `at`, in ms: without what threads did at the same time. */
  protected occupiedMs(_at: number): number {
    return this.busyMs
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

  /** Waits for a promise, then goes on with `then`; failures end the run. */
  protected await(
    promise: Promise<unknown>,
    phase: string,
    at: number,
    then: (value: unknown) => void,
  ): void {
    this.waiting = true
    promise.then(
      (value) => {
        this.waiting = false
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
    this.host.onFinished(this)
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
      const exiting = promiseOf(leaf.exit?.(this.contexts[at] as never))
      if (exiting !== undefined) await this.cleanUp.within(exiting, 'exit()')
      return undefined
    } catch (error) {
      return new TermError(id, 'exit', error)
    }
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
      busyMs: this.busyMs,
      ...sharesOf(this.occupiedMs(at), this.outlet.blockedMs(at), at - began),
      queuedItems: this.inlet.edges.reduce((sum, { items }) => sum + items, 0),
      meanBatchItems: this.batches === 0 ? 0 : this.batchedItems / this.batches,
      sentBytes: sent,
      receivedBytes: received,
    }
  }
}

const NO_TRAFFIC = { sent: 0, received: 0 }
