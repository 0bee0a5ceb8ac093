/**
 * `PartsPlacement`: runs stages of a graph in parts, each an engine on a thread of its own. What `dedicated` and
 * `hybrid` are made of; they say which terms go to parts, and how the threads are dealt.
 *
 * The caller's engine keeps every edge with an end on its thread, and mirrors of all that lies elsewhere. Items between
 * two parts go over a port of their own and never pass the caller's thread.
 */

import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { EdgeOptions, ThreadStats } from '@millrace/core'
import {
  checkTimeouts,
  type Edge,
  type EdgePlace,
  type Inlet,
  type Node,
  type NodePlace,
  type Origins,
  type Outlet,
  type Placement,
  type Plan,
  type Stage,
  type StageHost,
  type StagePlan,
} from '@millrace/core/engine'
import { governor } from '../governor/governor.ts'
import { healthOf } from '../governor/health.ts'
import type { HostThread } from '../threads/host-thread.ts'
import { acquireThreads, type Granted, releaseThread, type ThreadOptions } from '../threads/thread-cache.ts'
import { fromWireLetter, type WireLetter } from '../worker/letters.ts'
import { type BoardEdge, EdgeBoard } from './edge-board.ts'
import { LetterCounts } from './letter-counts.ts'
import { Loader } from './loader.ts'
import { Locator } from './locate.ts'
import { type EdgeOwner, MirrorEdge, ReceivedEdge } from './mirror-edge.ts'
import { OutboundEdge, type Post } from './outbound-edge.ts'
import { Part, type PartOwner } from './part.ts'
import { describePart } from './part-plan.ts'
import {
  CALLER,
  type EdgeMessage,
  type PartPlan,
  type Report,
  type SavedReader,
  type SavedStage,
  type Stamps,
} from './protocol.ts'
import { ProxyStage } from './proxy-stage.ts'
import { Recovery } from './recovery.ts'
import { rewirePart } from './rewire.ts'
import { Spare } from './spare.ts'
import { watchCalls } from './watch-calls.ts'

/** The number of a thread in reserve among the hosts. */
const RESERVE = -1

/** How a strategy uses parts. */
export interface PartsPolicy {
  readonly threads: ThreadOptions
  /** Gets hold of threads for so many stages. May throw: then the run fails. */
  acquire(stages: number): Granted
  /** Deals the stages over `threads` threads; stages that are left over stay on the caller's thread. */
  deal(stages: readonly StagePlan[], threads: number): StagePlan[][]
}

/** Hosts stages in parts, for one run. */
export abstract class PartsPlacement implements Placement, PartOwner, EdgeOwner {
  readonly #policy: PartsPolicy
  readonly #board = new EdgeBoard()
  #locator = new Locator(new Map())
  #loader = this.#makeLoader()
  #threads: HostThread[] = []
  readonly #partOf = new Map<number, Part>()
  readonly #proxies = new Map<number, ProxyStage>()
  #plan: Plan | undefined
  #host: StageHost | undefined
  #isWired = false
  #isPaused = false
  #isClosed = false
  /** The process stays for the parts. */
  #isHeld = true
  #stopLooking: () => void = () => {}
  #errors = 0
  #lost = 0
  #peak = 0
  readonly #recovery = new Recovery({
    board: this.#board,
    takeThread: async () => (await this.#spare.take()) ?? this.#takeThread(),
    prepare: () => this.#spare.prepare(),
    letGo: (thread) => releaseThread(thread, this.#policy.threads),
    load: (part) => this.#loader.loadOnce(part),
    rewire: (part) => {
      this.#resumeLetters(part)
      rewirePart(part, this.#board, this.#describe(part, true), this.#isPaused)
    },
    fail: (error) => this.#host?.fail(error),
  })

  readonly #letters = new LetterCounts()

  readonly #spare = new Spare(
    () => {
      const thread = this.#takeThread()
      return thread === undefined ? undefined : new Part(RESERVE, this.#plan?.stages ?? [], thread, this)
    },
    async (part) => (await this.#loader.loadOnce(part)).kind === 'loaded',
  )

  constructor(policy: PartsPolicy) {
    this.#policy = policy
  }

  /** Why the node stays on the caller's thread, as `NodePlace.why`; `undefined` if it goes to a part, if there is a thread. */
  protected abstract whyHere(node: Node, origins: Origins): string | undefined

  /** How many threads the parts would have, and why, as `NodePlace.why`. @throws what `acquire` throws. */
  protected abstract foresee(stages: number): string

  #isAway(node: Node, origins: Origins): boolean {
    return this.whyHere(node, origins) === undefined
  }

  mayFuse(from: Node, to: Node, origins: Origins): boolean {
    return !this.#isAway(from, origins) && !this.#isAway(to, origins)
  }

  #awayIn(plan: Plan, origins: Origins): StagePlan[] {
    return plan.stages.filter(({ nodes }) => nodes.every((node) => this.#isAway(node, origins)))
  }

  survey(plan: Plan, origins: Origins): readonly NodePlace[] {
    const away = this.#awayIn(plan, origins).length
    const there = away === 0 ? '' : this.foresee(away)
    return plan.graph.nodes.map((node): NodePlace => {
      const why = this.whyHere(node, origins)
      return { node, runsOn: why === undefined ? 'workers' : 'caller', why: why ?? there }
    })
  }

  /** Gets hold of threads, and has them load what they need. @throws what `acquire` throws, and failures to load. */
  async open(plan: Plan, origins: Origins): Promise<void> {
    this.#plan = plan
    this.#locator = new Locator(origins)
    this.#loader = this.#makeLoader()
    const away = this.#awayIn(plan, origins)
    if (away.length === 0) return
    const { threads, refused } = this.#policy.acquire(away.length)
    this.#threads = [...threads]
    this.#errors += Math.min(1, refused)
    while (this.#threads.length > 0 && !this.#isClosed) {
      const parts = this.#makeParts(away)
      const loaded = await Promise.all(parts.map((part) => this.#loader.load(part)))
      if (loaded.every((is) => is)) break
      // a thread less: its stages are dealt anew
      for (const part of parts) part.leave()
      this.#threads = parts.flatMap(({ thread }, at) => (loaded[at] === true ? [thread] : []))
      this.#board.parts.clear()
      this.#partOf.clear()
    }
  }

  #makeParts(away: readonly StagePlan[]): Part[] {
    const hands = this.#policy.deal(away, this.#threads.length)
    for (const thread of this.#threads.splice(hands.length)) releaseThread(thread, this.#policy.threads)
    const parts = hands.map((stages, at) => new Part(at + 1, stages, this.#threads[at] as HostThread, this))
    for (const part of parts) part.unsavable = Recovery.whyUnsavable(part.stages)
    this.#peak = Math.max(this.#peak, parts.length)
    for (const part of parts) {
      this.#board.parts.set(part.host, part)
      for (const { index } of part.stages) this.#partOf.set(index, part)
    }
    return parts
  }

  #makeLoader(): Loader {
    return new Loader(this.#locator, {
      isPlaced: ({ index }) => this.#partOf.has(index),
      onRefused: () => this.#countLoss(),
      onLost: async () => {
        this.#countLost()
        const spare = await this.#spare.take()
        if (this.#isClosed) {
          if (spare !== undefined) releaseThread(spare, this.#policy.threads)
          return undefined
        }
        const thread = spare ?? this.#takeThread()
        this.#spare.prepare()
        return thread
      },
    })
  }

  #takeThread(): HostThread | undefined {
    return acquireThreads(1, 0, this.#policy.threads).threads[0]
  }

  #countLost(): void {
    this.#lost++
    governor().countError('lost')
  }

  #countLoss(): void {
    this.#errors++
    governor().countError('refused')
  }

  makeEdge(place: EdgePlace, options: EdgeOptions, parked: Set<Edge>): Edge | undefined {
    const { from, to, input } = place
    const [writer, reader] = [this.#hostOf(from), to === undefined ? CALLER : this.#hostOf(to)]
    if (writer === CALLER && reader === CALLER) return undefined
    const index = this.#board.edges.length
    const args = [from.id, to?.id ?? `output(${input})`, input, options, parked] as const
    const edge =
      writer === CALLER
        ? new OutboundEdge(index, this.#postTo(reader), ...args)
        : reader === CALLER
          ? new ReceivedEdge(index, place, this, this.#postTo(writer), ...args)
          : new MirrorEdge(index, place, this, ...args)
    this.#board.edges.push({ place, edge, options, writer, reader })
    const part = this.#board.parts.get(writer)
    if (part !== undefined) part.unsavable ??= Recovery.whyUnsavableEdge(place, options.overflow)
    return edge
  }

  #hostOf(node: Node): number {
    const stage = this.#stageOf(node)
    return (stage === undefined ? undefined : this.#partOf.get(stage.index))?.host ?? CALLER
  }

  #stages: Map<Node, StagePlan> | undefined

  #stageOf(node: Node): StagePlan | undefined {
    this.#stages ??= new Map(
      this.#plan?.stages.flatMap((stage) => stage.nodes.map((own) => [own, stage] as const)),
    )
    return this.#stages.get(node)
  }

  #postTo(host: number): Post {
    const part = this.#board.parts.get(host) as Part
    return (message) => part.post(message)
  }

  makeStage(plan: StagePlan, inlet: Inlet, outlet: Outlet, host: StageHost): Stage | undefined {
    this.#host = host
    const part = this.#partOf.get(plan.index)
    if (part === undefined) return undefined
    // a call that hangs is ended with its thread, which is of use if the part can begin anew
    if (part.unsavable !== undefined) checkTimeouts(plan.nodes)
    part.cleanupTimeoutMs = host.cleanupTimeoutMs
    const proxy = new ProxyStage(plan, inlet, outlet, host, part, this)
    this.#proxies.set(plan.index, proxy)
    return proxy
  }

  wire(): void {
    if (this.#isWired || this.#host === undefined) return
    this.#isWired = true
    this.#stopLooking = watchCalls([...this.#board.parts.values()])
    for (const { edge, reader } of this.#board.edges) {
      if (edge instanceof OutboundEdge) edge.isBacked = this.#board.parts.get(reader)?.unsavable === undefined
    }
    const ports = this.#connect()
    for (const part of this.#board.parts.values()) {
      const plan = this.#describe(part, false)
      part.makeStages({ kind: 'wire', plan, peers: ports.get(part.host) ?? [] })
      if (this.#isPaused) part.pause()
    }
  }

  #resumeLetters({ stages }: Part): void {
    for (const { index, nodes } of stages) {
      const records = this.#recovery.snapshots.savedOf(index)?.records
      nodes.forEach(({ id }, at) => {
        this.#letters.resume(id, records?.[at]?.failures?.deadLettered ?? 0)
      })
    }
  }

  #describe(part: Part, resumes: boolean): PartPlan {
    const { timed, batchItems, stopsOnFailure, cleanupTimeoutMs } = this.#host as StageHost
    const { isCareful, poison } = this.#recovery.casualtiesOf(part)
    const engine = { timed, batchItems, stopsOnFailure, cleanupTimeoutMs, resumes, isCareful, poison }
    return describePart(part, this.#board, this.#locator, engine, this.#recovery.snapshots)
  }

  /** A channel for each two parts with an edge between them. */
  #connect(): Map<number, { readonly host: number; readonly port: MessagePort }[]> {
    const ports = new Map<number, { readonly host: number; readonly port: MessagePort }[]>()
    const add = (at: number, host: number, port: MessagePort): void => {
      ports.set(at, [...(ports.get(at) ?? []), { host, port }])
    }
    for (const { writer, reader } of this.#board.edges) {
      const isJoined = ports.get(writer)?.some(({ host }) => host === reader) === true
      if (writer === reader || writer === CALLER || reader === CALLER || isJoined) continue
      const { port1, port2 } = new MessageChannel()
      add(writer, reader, port1)
      add(reader, writer, port2)
    }
    return ports
  }

  get isSettled(): boolean {
    return this.#board.isSettled
  }

  edgeOf(index: number): Edge | undefined {
    return this.#board.edges[index]?.edge
  }

  touch(): void {
    this.#board.touch()
    if (this.#isHeld) return
    this.#isHeld = true
    for (const part of this.#board.parts.values()) part.hold(true)
  }

  /** Lets go of the process while no part can bring anything by itself: if it ends, the run waits in vain. */
  #lookIdle(): void {
    const parts = [...this.#board.parts.values()].filter(({ hasEnded }) => !hasEnded)
    const isStarted = parts.some((part) => part.isStarted)
    const isIdle = parts.every((part) => part.isIdle || (!isStarted && !part.isEntering))
    if (!this.#isHeld || parts.length === 0 || !isIdle || (isStarted && !this.#board.isSettled)) return
    this.#isHeld = false
    for (const part of parts) part.hold(false)
  }

  grow(edge: number): void {
    this.#board.parts.get(this.#board.edges[edge]?.writer ?? CALLER)?.grow(edge)
  }

  dry(edge: number): void {
    this.#board.parts.get(this.#board.edges[edge]?.writer ?? CALLER)?.dry(edge)
  }

  onEdge(message: EdgeMessage): void {
    try {
      this.#board.receive(message)
    } catch (error) {
      this.onFailed(error)
    }
    this.#host?.look()
  }

  onReport(_part: Part, report: Report): void {
    this.#board.apply(report)
    for (const stage of report.stages) this.#proxies.get(stage.index)?.apply(stage)
    // a source that stopped sooner would not give all that others have had of it, or of what came of it
    const parts = [...this.#board.parts.values()]
    if (!parts.some(({ isBehind }) => isBehind)) for (const part of parts) part.tellStop()
    this.#host?.look()
    this.#lookIdle()
  }

  onLetter(letter: WireLetter): void | Promise<void> {
    if (!this.#letters.accept(letter.term)) return
    return this.#host?.setAside(fromWireLetter(letter), letter.isFatal)
  }

  onStopFor(error: unknown): void {
    this.#host?.stopFor(error)
  }

  onEnded(part: Part): void {
    for (const { index } of part.stages) this.#proxies.get(index)?.onEnded()
  }

  onFailed(error: unknown): void {
    this.#host?.fail(error)
  }

  onSaved(saved: SavedStage): void {
    this.#cover(this.#recovery.snapshots.store(saved))
  }

  /** Tells the writers of edges what will not be asked for again. */
  #cover(edges: readonly (readonly [edge: number, position: number])[]): void {
    const byHost = new Map<number, (readonly [edge: number, position: number])[]>()
    for (const at of edges) {
      const { edge, writer } = this.#board.edges[at[0]] as BoardEdge
      if (edge instanceof OutboundEdge) edge.cover(at[1])
      else byHost.set(writer, [...(byHost.get(writer) ?? []), at])
    }
    for (const [host, covered] of byHost) this.#board.parts.get(host)?.cover(covered)
  }

  onOrder(stage: number, runs: readonly number[]): void {
    this.#recovery.snapshots.noteOrder(stage, runs)
  }

  onStamps(edge: number, stamps: Stamps): void {
    this.#recovery.snapshots.noteStamps(edge, stamps)
  }

  onExited(stage: number): void {
    this.#recovery.snapshots.noteExit(stage)
  }

  onClosing(at: SavedReader): void {
    this.#recovery.snapshots.noteClosing(at)
  }

  onUnsavable({ host }: Part): void {
    const into = this.#board.edges.flatMap(({ reader }, index) => (reader === host ? [index] : []))
    this.#cover(into.map((index) => [index, Number.POSITIVE_INFINITY] as const))
  }

  onLost(part: Part, cause: unknown): void {
    this.#countLost()
    for (const { edge, reader } of this.#board.edges) {
      if (reader === part.host && edge instanceof OutboundEdge) edge.disconnect()
    }
    this.#recovery.onLost(part, cause)
  }

  /** The threads that host parts now: for tests that end them. */
  get threads(): readonly HostThread[] {
    return [...this.#board.parts.values()].filter(({ hasEnded }) => !hasEnded).map(({ thread }) => thread)
  }

  pause(): void {
    this.#isPaused = true
    if (this.#isWired) for (const part of this.#board.parts.values()) part.pause()
  }

  resume(): void {
    this.#isPaused = false
    if (this.#isWired) for (const part of this.#board.parts.values()) part.resume()
  }

  stats(elapsedMs: number): ThreadStats {
    const parts = [...this.#board.parts.values()]
    const workers = parts.map(({ id, heapBytes, stages, restarts }) => {
      const proxies = stages.flatMap(({ index }) => this.#proxies.get(index) ?? [])
      const activations = proxies.reduce((sum, proxy) => sum + proxy.activations, 0)
      const busyMs = proxies.reduce((sum, proxy) => sum + proxy.processingMs, 0)
      const utilisation = elapsedMs > 0 ? Math.min(1, busyMs / elapsedMs) : 0
      return { id, activations, busyMs, utilisation, heapBytes, restarts }
    })
    const errors = this.#errors + this.#lost
    const activations = workers.reduce((sum, worker) => sum + worker.activations, 0)
    // terms share what there is: no thread is missing, though some were refused
    const counts = {
      wanted: parts.length,
      had: parts.length,
      activations,
      denied: 0,
      refused: this.#errors,
      lost: this.#lost,
    }
    return { budget: parts.length, peak: this.#peak, errors, health: healthOf(counts), workers }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopLooking()
    await Promise.all([...this.#board.parts.values()].map((part) => part.drained()))
    for (const part of this.#board.parts.values()) part.close(this.#policy.threads)
    this.#spare.close(this.#policy.threads)
  }
}
