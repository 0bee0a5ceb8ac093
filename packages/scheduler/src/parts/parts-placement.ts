/**
 * `PartsPlacement`: runs stages of a graph in parts, each an engine on a thread of its own. What `dedicated` and
 * `hybrid` are made of; they say which terms go to parts, and how the threads are dealt.
 *
 * The caller's engine keeps every edge with an end on its thread, and mirrors of all that lies elsewhere. Items between
 * two parts go over a port of their own and never pass the caller's thread.
 */

import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { EdgeOptions, ThreadStats } from '@millrace/core'
import type {
  Edge,
  EdgePlace,
  Inlet,
  Node,
  Origins,
  Outlet,
  Placement,
  Plan,
  Stage,
  StageHost,
  StagePlan,
} from '@millrace/core/engine'
import { GraphMismatchError, type WorkerLostError } from '../errors.ts'
import { governor } from '../governor/governor.ts'
import { healthOf } from '../governor/health.ts'
import type { HostThread } from '../threads/host-thread.ts'
import { type Granted, releaseThread, type ThreadOptions } from '../threads/thread-cache.ts'
import { fromWireLetter, type WireLetter } from '../worker/letters.ts'
import type { GraphRef } from '../worker/protocol.ts'
import { EdgeBoard } from './edge-board.ts'
import { Locator } from './locate.ts'
import { type EdgeOwner, MirrorEdge, ReceivedEdge } from './mirror-edge.ts'
import { OutboundEdge, type Post } from './outbound-edge.ts'
import { type Loaded, Part, type PartOwner } from './part.ts'
import { describePart } from './part-plan.ts'
import { CALLER, type EdgeMessage, type Report } from './protocol.ts'
import { ProxyStage } from './proxy-stage.ts'

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
  #threads: HostThread[] = []
  readonly #partOf = new Map<number, Part>()
  readonly #proxies = new Map<number, ProxyStage>()
  #plan: Plan | undefined
  #host: StageHost | undefined
  #isWired = false
  #isPaused = false
  #isClosed = false
  #errors = 0
  #peak = 0

  constructor(policy: PartsPolicy) {
    this.#policy = policy
  }

  /** Whether the node goes to a part, if there is a thread for it. */
  protected abstract isAway(node: Node, origins: Origins): boolean

  mayFuse(from: Node, to: Node, origins: Origins): boolean {
    return !this.isAway(from, origins) && !this.isAway(to, origins)
  }

  /** Gets hold of threads, and has them load what they need. @throws what `acquire` throws, and failures to load. */
  async open(plan: Plan, origins: Origins): Promise<void> {
    this.#plan = plan
    this.#locator = new Locator(origins)
    const away = plan.stages.filter(({ nodes }) => nodes.every((node) => this.isAway(node, origins)))
    if (away.length === 0) return
    const { threads, refused } = this.#policy.acquire(away.length)
    this.#threads = [...threads]
    this.#errors += Math.min(1, refused)
    while (this.#threads.length > 0 && !this.#isClosed) {
      const parts = this.#makeParts(away)
      const loaded = await Promise.all(parts.map((part) => this.#load(part)))
      if (loaded.every((is) => is)) break
      // a thread less: its stages are dealt anew
      for (const part of parts) part.leave()
      this.#threads = this.#threads.filter((_, at) => loaded[at] !== false)
      this.#board.parts.clear()
      this.#partOf.clear()
    }
  }

  #makeParts(away: readonly StagePlan[]): Part[] {
    const hands = this.#policy.deal(away, this.#threads.length)
    for (const thread of this.#threads.splice(hands.length)) releaseThread(thread, this.#policy.threads)
    const parts = hands.map((stages, at) => new Part(at + 1, stages, this.#threads[at] as HostThread, this))
    this.#peak = Math.max(this.#peak, parts.length)
    for (const part of parts) {
      this.#board.parts.set(part.host, part)
      for (const { index } of part.stages) this.#partOf.set(index, part)
    }
    return parts
  }

  /** Resolves with whether the part can be used; a thread that cannot load TypeScript is none. */
  async #load(part: Part): Promise<boolean> {
    const places = part.stages.flatMap(({ nodes }) => nodes.map((node) => this.#locator.locate(node)))
    const graphs = new Map<string, GraphRef>(places.map(({ graph }) => [graph.key, graph]))
    const loaded = await part.load([...graphs.values()])
    if (loaded.kind === 'loaded') return true
    if (loaded.kind === 'mismatch') throw mismatch(loaded, places)
    this.#countLoss()
    part.thread.end()
    return false
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
    return (message, transfer) => part.post(message, transfer)
  }

  makeStage(plan: StagePlan, inlet: Inlet, outlet: Outlet, host: StageHost): Stage | undefined {
    this.#host = host
    const part = this.#partOf.get(plan.index)
    if (part === undefined) return undefined
    const proxy = new ProxyStage(plan, inlet, outlet, host, part, this)
    this.#proxies.set(plan.index, proxy)
    return proxy
  }

  wire(): void {
    if (this.#isWired || this.#host === undefined) return
    this.#isWired = true
    const { timed, batchItems, stopsOnFailure } = this.#host
    const ports = this.#connect()
    for (const part of this.#board.parts.values()) {
      const plan = describePart(part, this.#board.edges, this.#locator, { timed, batchItems, stopsOnFailure })
      part.makeStages({ kind: 'wire', plan, peers: ports.get(part.host) ?? [] })
      if (this.#isPaused) part.pause()
    }
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
    this.#host?.look()
  }

  onLetter(letter: WireLetter): void | Promise<void> {
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

  onLost(_part: Part, error: WorkerLostError): void {
    this.#countLoss()
    this.#host?.fail(error)
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
    const workers = parts.map(({ id, heapBytes, stages }) => {
      const proxies = stages.flatMap(({ index }) => this.#proxies.get(index) ?? [])
      const activations = proxies.reduce((sum, proxy) => sum + proxy.activations, 0)
      const busyMs = proxies.reduce((sum, proxy) => sum + proxy.busyMs, 0)
      const utilisation = elapsedMs > 0 ? Math.min(1, busyMs / elapsedMs) : 0
      return { id, activations, busyMs, utilisation, heapBytes, restarts: 0 }
    })
    const errors = this.#errors
    const activations = workers.reduce((sum, worker) => sum + worker.activations, 0)
    // terms share what there is: no thread is missing, though some were refused
    const counts = {
      wanted: parts.length,
      had: parts.length,
      activations,
      denied: 0,
      refused: errors,
      lost: 0,
    }
    return { budget: parts.length, peak: this.#peak, errors, health: healthOf(counts), workers }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#board.parts.values()].map((part) => part.drained()))
    for (const part of this.#board.parts.values()) part.close(this.#policy.threads)
  }
}

function mismatch(
  { key, lines }: Extract<Loaded, { kind: 'mismatch' }>,
  places: readonly { readonly graph: GraphRef; readonly lines: string }[],
): GraphMismatchError {
  const place = places.find(({ graph }) => graph.key === key)
  const here = place?.lines.split('\n') ?? []
  const nothing = 'no further node'
  const differs = here.findIndex((line, i) => line !== lines[i])
  const at = differs < 0 ? here.length : differs
  return new GraphMismatchError(place?.graph.url ?? '', here[at] ?? nothing, lines[at] ?? nothing)
}
