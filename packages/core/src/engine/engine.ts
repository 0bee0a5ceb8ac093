/**
 * `Engine`: runs a plan's stages on the thread it was made on, until all have ended.
 *
 * It keeps the stages that may have something to do, newest first, so that what was just produced is consumed
 * while it is hot and queues stay short; now and then the oldest is taken, so that none starves. After some
 * milliseconds it lets the event loop have its turn. When nothing is left to do it decides why: all done,
 * waiting for the outside, or stalled.
 */

import { performance } from 'node:perf_hooks'
import type { Clock, EdgeOptions } from '../contracts.ts'
import { StallError } from '../errors.ts'
import type { DeadLetter, Failures } from '../failure.ts'
import type { Node } from '../graph/graph.ts'
import type { Plan } from '../plan/plan.ts'
import type { AsyncCall, EdgeStats, Span, StageStats, Stats, TermPicture, ThreadStats } from '../stats.ts'
import { machineMs } from './clock.ts'
import { type CutOptions, Cutter } from './cutter.ts'
import type { Edge } from './edge.ts'
import { failuresOf } from './failure-record.ts'
import { type FusedEdge, fusedStats, ledgerOf, nodeStatsOf } from './ledger.ts'
import type { NodeRecord } from './node-record.ts'
import { guardedPeek, type Peek } from './peek.ts'
import { pictureOf } from './picture.ts'
import type { Placement } from './placement.ts'
import { RunningTime } from './running-time.ts'
import type { EdgeSnapshot, EngineSnapshot, StageSnapshot } from './snapshot.ts'
import type { Stage, StageHost } from './stage.ts'
import { dryEdges, explainStall, smallest, stuckEdges } from './stall.ts'
import { StarvationWatch } from './starvation-watch.ts'
import { TimerWheel } from './timer-wheel.ts'
import { turnBegan, turnHasLasted } from './turn.ts'
import { type ReadOutput, wire } from './wire.ts'

/** Options of an engine; `run` fills in the defaults. */
export interface EngineOptions {
  readonly clock: Clock
  readonly edges: EdgeOptions
  readonly batchItems: number
  readonly growthLimitItems: number
  readonly outputs: readonly ReadOutput[]
  /** Picks the next stage out of `count` ready ones: for tests that replay a schedule. */
  readonly pick: ((count: number) => number) | undefined
  /** Where stages run that do not run here. Opened and closed by the caller. */
  readonly placement: Placement | undefined
  /** Called when an edge was grown. */
  readonly onGrown: (edge: EdgeStats) => void
  /** Whether an item that fails stops the sources rather than ending the run. */
  readonly stopsOnFailure: boolean
  /** How long clean-up is waited for, in ms. */
  readonly cleanupTimeoutMs?: number | undefined
  /** Called with each item that is set aside; a promise holds its stage back. */
  readonly onDeadLetter: (letter: DeadLetter, isFatal: boolean) => void | Promise<void>
  /** Called with what fails that the run can go on without. */
  readonly onStopFor: (error: unknown) => void
  /** Called with what threads have done. */
  readonly onSpan?: ((span: Span) => void) | undefined
  /** Asked at each call of an async term: who is to be told once it is over. */
  readonly onCall?: (() => ((call: AsyncCall) => void) | undefined) | undefined
  /** When the engine is saved, and where to. Default: never. */
  readonly cuts?: CutOptions
  /**
   * Called once all is done but that sources are told so, and not if the sources were stopped: what has been saved is to be
   * gone by then, since no source will give it again. Without it they are not told.
   */
  readonly onCompleted?: () => Promise<void>
  /** What a run before has saved of an engine for the same plan: goes on from there. */
  readonly resumeFrom?: EngineSnapshot
}

/** The figures of a run without threads. */
export const NO_THREADS: ThreadStats = {
  budget: 0,
  peak: 0,
  errors: 0,
  health: { level: 'green', missing: 0, denied: 0, refused: 0, lost: 0 },
  workers: [],
}

/** Milliseconds of work after which the event loop gets its turn. */
const TURN_MS = 8
/** Each so many activations the oldest ready stage runs instead of the newest. */
const FAIR_EVERY = 61

/** Runs a plan on this thread. */
export class Engine implements StageHost {
  readonly timed: boolean
  readonly clock: Clock
  readonly batchItems: number
  readonly signal: AbortSignal
  readonly timers: TimerWheel
  readonly runningTime: RunningTime
  readonly stopsOnFailure: boolean
  readonly isSaved: boolean
  readonly cleanupTimeoutMs: number | undefined
  readonly onSpan: ((span: Span) => void) | undefined
  /** The sinks' results so far. */
  readonly results = new Map<Node, unknown>()
  grown = 0
  readonly #plan: Plan
  readonly #options: EngineOptions
  readonly #stages: readonly Stage[]
  readonly #edges: readonly Edge[]
  readonly #fused: readonly FusedEdge[]
  /** Edges whose writer found no room. */
  readonly #parked = new Set<Edge>()
  readonly #abort = new AbortController()
  /** Stages that may have something to do; each at most once. */
  readonly #ready: Stage[] = []
  #done = 0
  /** The stage whose nodes are being entered. */
  #entering: Stage | undefined
  /** Stages that have ended and whose nodes are exiting. */
  readonly #exiting = new Set<Stage>()
  /** Those of them that exit once all others are done. */
  readonly #last: Stage[] = []
  #isLeaving = false
  #activations = 0
  /** Time spent in stages, in ms. */
  #busyMs = 0
  #started = false
  #stopAsked = false
  #stepping = false
  #scheduled = false
  #paused = false
  readonly #starvation = new StarvationWatch<Stage>()
  readonly #cutter: Cutter | undefined
  /** A snapshot was just taken: it is to be written now, not after some more milliseconds of work. */
  #hasCut = false
  #failure: { readonly error: unknown } | undefined
  #settle!: { readonly resolve: () => void; readonly reject: (error: unknown) => void }
  readonly #settled: Promise<void>
  #began = performance.now()
  #endedAt: number | undefined

  constructor(plan: Plan, options: EngineOptions) {
    this.#plan = plan
    this.#options = options
    this.timed = plan.timed
    this.clock = options.clock
    this.batchItems = options.batchItems
    this.signal = this.#abort.signal
    this.timers = new TimerWheel(options.clock)
    this.runningTime = new RunningTime(options.clock)
    this.stopsOnFailure = options.stopsOnFailure
    this.isSaved = options.cuts !== undefined
    this.cleanupTimeoutMs = options.cleanupTimeoutMs
    this.onSpan = options.onSpan
    this.#settled = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    // the run may fail before anybody looks: while a node is being entered
    this.#settled.catch(() => undefined)
    const { stages, edges, fused } = wire(
      plan,
      this,
      options.edges,
      options.outputs,
      this.#parked,
      options.placement,
    )
    this.#stages = stages
    this.#edges = edges
    this.#fused = fused
    this.#cutter = options.cuts === undefined ? undefined : this.#makeCutter(options.cuts)
    if (options.resumeFrom !== undefined) this.#restore(options.resumeFrom)
  }

  #makeCutter(options: CutOptions): Cutter {
    const results = (): EngineSnapshot['results'] =>
      [...this.results].map(([{ index }, result]) => [index, result] as const)
    const host = {
      stages: this.#stages,
      edges: this.#edges,
      results,
      grown: () => this.grown,
      hold: () => this.runningTime.hold(),
      release: () => this.runningTime.release(),
      askAgain: (delayMs: number) => {
        if (delayMs > 0) this.timers.after(delayMs, () => this.cut())
        else this.cut()
      },
    }
    return new Cutter(host, options)
  }

  #restore({ stages, edges, results, grown }: EngineSnapshot): void {
    this.#edges.forEach((edge, at) => void edge.restore(edges[at] as EdgeSnapshot))
    this.#stages.forEach((stage, at) => void stage.restore(stages[at] as StageSnapshot))
    for (const [node, result] of results) this.results.set(this.#plan.graph.nodes[node] as Node, result)
    this.grown = grown
  }

  /** Has the engine saved as soon as nothing is half done. */
  cut(): void {
    if (this.#cutter?.ask() === true) this.#schedule()
  }

  keep(): boolean {
    if (this.#cutter?.keep() !== true) return false
    this.#schedule()
    return true
  }

  /** Times it was to be saved and did not come to rest. */
  get cutsGivenUp(): number {
    return this.#cutter?.givenUp ?? 0
  }

  /** Is not saved for now, if it was about to be. */
  giveUpCut(): void {
    this.#cutter?.giveUp()
  }

  /**
   * Enters all nodes, then calls `onStart`, awaits what it returns, and runs. Resolves when all stages have ended,
   * rejects with the first failure.
   */
  async run(onStart: () => void | Promise<void>): Promise<void> {
    this.#began = performance.now()
    const { placement } = this.#options
    try {
      for (const stage of this.#stages) {
        const entering = placement?.enter === undefined ? stage.enter() : placement.enter(stage)
        // a failure or a cancel meanwhile ends the run; an enter that never settles must not keep it
        this.#entering = stage
        if (entering !== undefined) await Promise.race([entering, this.#settled])
        this.#entering = undefined
        if (this.#failure !== undefined) return this.#settled
      }
      const starting = onStart()
      if (starting !== undefined) await Promise.race([starting, this.#settled])
      if (this.#failure !== undefined) return this.#settled
      const done = this.#stages.filter((stage) => stage.restored?.isDone === true)
      for (const stage of this.#stages) {
        // a stage whose readers have all gone already has ended
        if (this.#failure !== undefined || stage.isDone) continue
        stage.start()
        if (stage.isHeldUp) stage.stageClock.wakeNow(stage.isReady ? -1 : stage.awaitingAt)
      }
      this.#started = true
      for (const stage of done) this.onDone(stage)
      if (this.#stopAsked) this.stop()
      this.#schedule()
    } catch (error) {
      this.fail(error)
    }
    return this.#settled
  }

  ready(stage: Stage): void {
    stage.isReady = true
    this.#ready.push(stage)
    if (this.#stepping) return
    stage.stageClock.wakeNow()
    this.#schedule()
  }

  #schedule(): void {
    // before the start nothing may run, and nobody can be said to wait in vain
    if (!this.#started || this.#scheduled || this.#stepping) return
    if (this.#paused || this.#failure !== undefined) return
    this.#scheduled = true
    // microtasks keep latency low, but a chain of them would starve timers and I/O
    if (turnHasLasted(TURN_MS) || this.#hasCut) {
      setImmediate(() => this.#step())
    } else queueMicrotask(() => this.#step())
  }

  #step(): void {
    this.#scheduled = false
    if (this.#stepping || this.#paused || this.#failure !== undefined) return
    const begun = turnBegan()
    let at = performance.now()
    this.#stepping = true
    const cutter = this.#cutter
    // between two snapshots there is always some work, however often they are asked for
    const mayCut = !this.#hasCut
    this.#hasCut = false
    try {
      if (cutter?.isAsked === true && mayCut) this.#hasCut = cutter.step()
      do {
        while (this.#ready.length > 0 && this.#failure === undefined && !this.#paused && !this.#hasCut) {
          const stage = this.#next()
          stage.isReady = false
          if (stage.isHalting && cutter?.holds(stage) === true) continue
          stage.turns++
          const before = this.#ready.length
          stage.stageClock.begin(at)
          // an activation of a few items takes hardly longer than it takes to read the clock
          const ended = stage.isDone || stage.waiting ? undefined : stage.activate(at)
          const now = ended ?? performance.now()
          stage.endActivation(now)
          for (let i = before; i < this.#ready.length; i++) (this.#ready[i] as Stage).stageClock.wake(now)
          this.worked(stage, at, now)
          at = now
          if (cutter !== undefined && stage.inlet.edges.length === 0) this.#countForCut(cutter, stage)
          if (now - begun > TURN_MS) break
        }
      } while (this.#ready.length === 0 && this.#failure === undefined && !this.#hasCut && this.#onQuiet())
    } catch (error) {
      this.fail(error)
    } finally {
      this.#stepping = false
    }
    if (this.#ready.length > 0 || this.#hasCut) this.#schedule()
  }

  get onCall(): ((call: AsyncCall) => void) | undefined {
    return this.#options.onCall?.()
  }

  worked({ plan }: Stage, from: number, to: number): void {
    this.#busyMs += to - from
    if (this.onSpan === undefined) return
    const nodes = plan.nodes.map(({ id }) => id)
    this.onSpan({ worker: 0, nodes, beginMs: machineMs(from), durationMs: to - from, waitedMs: 0 })
  }

  #countForCut(cutter: Cutter, source: Stage): void {
    // a run that has just failed has let go of what it held
    if (cutter.count(source) && this.#failure === undefined) this.#hasCut = cutter.step()
  }

  #next(): Stage {
    const { pick } = this.#options
    if (pick !== undefined) return this.#ready.splice(pick(this.#ready.length), 1)[0] as Stage
    if (++this.#activations % FAIR_EVERY === 0) return this.#ready.shift() as Stage
    return this.#ready.pop() as Stage
  }

  look(): void {
    this.#schedule()
  }

  /** Nothing is ready. Returns whether something was made ready. */
  #onQuiet(): boolean {
    if (this.#paused || this.#done === this.#stages.length) return false
    for (const edge of [...this.#parked]) edge.unparkIfRoom()
    if (this.#ready.length > 0) return true
    const { placement } = this.#options
    if (placement?.onQuiet !== undefined) {
      placement.onQuiet(this.#exiting.size > 0)
      return false
    }
    const isWaiting =
      this.#exiting.size > 0 ||
      this.#stages.some((stage) => stage.isWaiting) ||
      this.#options.outputs.some(({ reader }) => reader.isWaiting)
    if (this.#cutter?.isAsked === true) {
      this.#hasCut = this.#cutter.step()
      // who is held would look as if it were stuck
      if (!this.#hasCut && isWaiting) return false
      if (!this.#hasCut) this.#cutter.giveUp()
    }
    if (this.#ready.length > 0) return true
    const mayGoOn = isWaiting || this.#stages.some((stage) => stage.mayGoOn)
    if (mayGoOn && this.#parked.size === 0) return false
    const stuck = stuckEdges(this.#stages, this.#parked)
    return stuck.length > 0 ? this.#grow(stuck) : !mayGoOn && this.#endDryCycle()
  }

  #grow(stuck: readonly Edge[]): boolean {
    const edge = smallest(stuck)
    if (edge === undefined || edge.capacityItems * 2 > this.#options.growthLimitItems) return this.#stalled()
    edge.grow()
    this.grown++
    this.#options.onGrown(edge.stats())
    return true
  }

  #endDryCycle(): boolean {
    const dry = dryEdges(this.#plan.graph, this.#edges)
    for (const edge of dry) edge.end()
    return dry.length > 0 || this.#stalled()
  }

  #stalled(): false {
    const { waits, cycle } = explainStall(this.#stages, this.#parked)
    this.fail(new StallError(waits, cycle, this.#options.growthLimitItems))
    return false
  }

  onFinished(stage: Stage): void {
    this.#exiting.add(stage)
    if (!stage.exitsLast) return
    this.#last.push(stage)
    this.#endLast()
  }

  onDone(stage: Stage): void {
    this.#exiting.delete(stage)
    this.#done++
    if (this.#failure !== undefined) return
    if (this.#done === this.#stages.length) this.#end(() => this.#settle.resolve())
    else if (!this.#endLast()) this.#schedule()
  }

  /** Lets the last ones exit, if all others are done. Returns whether they are. */
  #endLast(): boolean {
    if (this.#last.length === 0 || this.#done + this.#last.length < this.#stages.length) return false
    if (!this.#isLeaving) this.#leaveLast().catch((error: unknown) => this.fail(error))
    this.#isLeaving = true
    return true
  }

  /**
   * A source that has a server is told of the last items while a checkpoint holds them: a run that dies then has nothing to
   * do when it is gone on with.
   */
  async #leaveLast(): Promise<void> {
    const { onCompleted } = this.#options
    if (onCompleted === undefined || this.#stopAsked) await this.#cutter?.settled()
    else {
      const stored = this.#cutter?.stored()
      this.#schedule()
      await stored
      for (const stage of this.#last) await stage.acknowledged()
      if (this.#failure === undefined && !this.#stopAsked) await onCompleted()
    }
    if (this.#failure !== undefined) return
    for (const stage of this.#last.splice(0)) stage.leave()
  }

  setAside(letter: DeadLetter, isFatal: boolean): void | Promise<void> {
    return this.#options.onDeadLetter(letter, isFatal)
  }

  stopFor(error: unknown): void {
    this.#options.onStopFor(error)
  }

  setResult(node: Node, result: unknown): void {
    this.results.set(node, result)
  }

  /** Ends the run with this error: lets everything go, calls every `exit`, then rejects. */
  fail(error: unknown): void {
    if (this.#failure !== undefined || this.#endedAt !== undefined) return
    this.#failure = { error }
    this.#abort.abort(error)
    this.timers.clear()
    Promise.allSettled(this.#stages.map((stage) => stage.dispose())).then(() => {
      this.#end(() => this.#settle.reject(error))
    })
  }

  #end(settle: () => void): void {
    this.#endedAt = performance.now()
    settle()
  }

  /** Lets the sources end; what is under way goes on to the sinks. */
  stop(): void {
    this.#stopAsked = true
    this.#cutter?.close() // a drained run is to be gone on with from before
    if (!this.#started) return // once all nodes have been entered
    for (const stage of this.#stages) stage.stop()
  }

  get isPaused(): boolean {
    return this.#paused
  }

  /** Activates nothing until `resume`. What was handed to the outside goes on there. */
  pause(): void {
    if (!this.#paused) {
      this.runningTime.hold()
      this.runningTime.restart()
    }
    this.#paused = true
    this.#options.placement?.pause?.()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.runningTime.release()
    this.#options.placement?.resume?.()
    this.#starvation.clear() // what waited for this waited for nobody's turn
    this.#schedule()
  }

  /** Stages that have by now been ready for so long without running. Each is told once, until it runs. */
  starving(starvationMs: number, now: number): StageStats[] {
    if (this.#paused || this.#endedAt !== undefined) return []
    const at = performance.now()
    const starving = this.#starvation.look(this.#stages, now, starvationMs)
    return starving.map((stage) => stage.stats(this.#began, at))
  }

  /** What the run waits for, as the subject of a sentence. */
  get waitsFor(): string {
    const stage = this.#entering ?? this.#stages.find(({ isWaiting }) => isWaiting)
    return stage?.waitsFor ?? 'a term'
  }

  /** Begins to look at what leaves a node; returns how to stop it, or undefined if nothing of it is seen here. */
  peek(peek: Peek): (() => void) | undefined {
    for (const stage of this.#stages) {
      const op = stage.plan.nodes.findIndex(({ id }) => id === peek.term)
      if (op >= 0)
        return stage.peek(
          op,
          guardedPeek(peek, (error) => this.fail(error)),
        )
    }
    return undefined
  }

  /** What terms draw that run here, by the id of the node. */
  get pictures(): ReadonlyMap<string, TermPicture> {
    const pictures = new Map<string, TermPicture>()
    for (const { plan, contexts } of this.#stages) {
      plan.nodes.forEach(({ leaf, id }, at) => {
        // a context without a state is that of a term that runs elsewhere
        if (leaf.picture === undefined || contexts[at]?.state === undefined) return
        const picture = pictureOf(leaf, contexts[at] as never)
        if (picture !== undefined) pictures.set(id, picture)
      })
    }
    return pictures
  }

  /** The nodes that have failed on an item, and how. Asked often, so of a large graph nothing else is looked at. */
  get failing(): {
    readonly nodes: readonly { readonly id: string; readonly in: number }[]
    failures: Failures
  } {
    const failed = this.#stages.flatMap(recordsOf).filter(([, { failures }]) => failures !== undefined)
    return {
      nodes: failed.map(([id, record]) => ({ id, in: record.in })),
      failures: failuresOf(failed),
    }
  }

  /** Figures so far; in which phase it is, the run knows. */
  stats(): Omit<Stats, 'phase'> {
    const readers = this.#options.outputs.map(({ reader }) => reader)
    const at = this.#endedAt ?? performance.now()
    const elapsedMs = at - this.#began
    return {
      elapsedMs,
      items: ledgerOf(this.#stages, this.#edges, readers),
      failures: failuresOf(this.#stages.flatMap(recordsOf)),
      nodes: this.#stages.flatMap(nodeStatsOf),
      stages: this.#stages.map((stage) => stage.stats(this.#began, at)),
      edges: [...this.#edges.map((edge) => edge.stats(at)), ...this.#fused.map(fusedStats)],
      grown: this.grown,
      caller: {
        busyMs: this.#busyMs,
        utilisation: elapsedMs > 0 ? Math.min(1, this.#busyMs / elapsedMs) : 0,
      },
      threads: this.#options.placement?.stats(elapsedMs) ?? NO_THREADS,
    }
  }
}

function recordsOf({ plan, records }: Stage): [id: string, record: NodeRecord][] {
  return plan.nodes.map(({ id }, at) => [id, records[at] as NodeRecord])
}
