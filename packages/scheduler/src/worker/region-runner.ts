/**
 * `RegionRunner`: runs batches through the stages of a region in a worker, with the engine's own `FusedStage`: that is
 * why every strategy gives the same answer. Called by `run-task.ts`.
 *
 * What was just produced is consumed next, so little is ever held between the stages. A batch that gives more than a
 * reply may hold is left where it is, and gone on with by `resume`.
 */

import { performance } from 'node:perf_hooks'
import { MillraceError, TermError, WrongStateError } from '@millrace/core'
import {
  Edge,
  FusedStage,
  makeInlet,
  type Node,
  type NodeRecord,
  Outlet,
  type Stage,
  type StageHost,
  type StagePlan,
  systemClock,
  TimerWheel,
} from '@millrace/core/engine'
import { BackEdge } from './back-edge.ts'
import type { CallWatch } from './call-watch.ts'
import { checkedKernel, makerOf } from './checked-kernel.ts'
import { FailureLog } from './failure-log.ts'
import type { WirePolicy } from './letters.ts'
import type { PortItems } from './outputs.ts'
import { MAX_OUTPUTS, NODE_COUNTS, type NodeFailures, type Poison, type RegionRef } from './protocol.ts'
import { sharedKernelOf, splitOpener, TailFold } from './shared-work.ts'

/** Estimated bytes of one port in a reply at most. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024
/** Items held between two stages at most: what a cycle that makes ever more runs into. */
const MAX_INSIDE = 1_048_576
/** Items that a stage gives in one go at most, before the stages behind it have theirs. */
const BATCH_ITEMS = 1024

/** Items, and where they enter: at the entries (-1), or on the edge of this index. */
export interface Loaded {
  readonly items: readonly unknown[]
  readonly times: readonly number[] | undefined
  readonly enterAt: number
}

/** What a batch gave, or a part of it. */
export interface Yielded {
  readonly ports: readonly PortItems[]
  readonly counts: Float64Array
  readonly copied: number
  readonly left: number
  readonly failures: readonly NodeFailures[]
  /** The batch has more to give: call `resume`. */
  readonly hasMore: boolean
  /** How long promises of its terms were waited for. */
  readonly waitedMs: number
  /** Time in each node, at work (estimated from samples) or waited for. */
  readonly nodeMs: Float64Array
}

/** Runs one region, a batch at a time. After a failure it must not be used again. */
export class RegionRunner {
  readonly stages: readonly FusedStage[]
  /** Where batches enter, an edge for each stage that gets them; then the edges between the stages. */
  readonly edges: readonly Edge[]
  /** How many of the edges batches enter by. */
  readonly entries: number
  readonly nodes: readonly Node[]
  /** Of each way out that is read: whether buffers are given away there. */
  readonly gives: readonly boolean[]
  /** Of each way out that is read: the node that makes what leaves there. */
  readonly makers: readonly Node[]
  /** Something in it cannot be sent: no part of its batch can go to another worker. */
  isWhole = false
  /** Batches run so far. */
  batches = 0
  /** Called between two steps of a batch. */
  onStep: (() => void) | undefined
  /** Whether the batch is to come back as it is, full reply or not. Asked between two steps. */
  isAskedBack: (() => boolean) | undefined
  readonly #exits: readonly Edge[]
  readonly #backEdges: readonly BackEdge[]
  readonly #tails: readonly TailFold[]
  readonly #opensSplits: boolean
  readonly #counts: Float64Array
  readonly #ready: Stage[] = []
  readonly #isStateful: boolean
  readonly #abort = new AbortController()
  readonly #timers = new TimerWheel(systemClock)
  readonly #failures = new FailureLog()
  readonly #watch: CallWatch | undefined
  /** Whether a part of its batch has gone to another worker. */
  wasSplit = false
  #copied = 0
  #left = 0
  #failure: { readonly error: unknown } | undefined
  #cleanupTimeoutMs: number | undefined
  #onReady: (() => void) | undefined
  #undone: number
  /** In which promises were waited for, since the last was told. */
  #waitedMs = 0
  /** Of each node: how long it was waited for, since that was told. */
  readonly #nodeMs: number[]
  /** Of each stage: how much of its work was told. */
  readonly #toldMs: number[]

  /**
   * @param nodes the graph's nodes, to which the region's indexes refer
   * @param watch notes calls, where that is wanted
   */
  constructor(nodes: readonly Node[], region: RegionRef, watch?: CallWatch) {
    this.#watch = watch
    const parked = new Set<Edge>()
    let at = 0
    const tails = new Set(region.exits.filter(({ isTail }) => isTail).map(({ stage }) => stage))
    const kernelOf = (node: Node, at: number, isTail: boolean) => {
      const kernel = sharedKernelOf(node, isTail)
      return watch?.watch(node, at, kernel) ?? kernel
    }
    const plans = region.stages.map((indexes, number): StagePlan => {
      const first = at
      const own = indexes.map((index) => withPolicy(nodes[index] as Node, region.policies[at++]))
      if (first === 0 && region.opensSplits) own[0] = splitOpener(own[0] as Node)
      const isExit = region.exits.some(({ stage, isRead }) => isRead && stage === number)
      const maker = isExit ? makerOf(own) : undefined
      const kernels = own.map((node, nth) => {
        const kernel = kernelOf(node, first + nth, tails.has(number) && nth === own.length - 1)
        return node === maker ? checkedKernel(node, kernel, region.stopsOnFailure) : kernel
      })
      return { index: 0, kind: 'fused', nodes: own, kernels }
    })
    this.nodes = plans.flatMap((plan) => plan.nodes)
    this.#isStateful = region.isStateful
    this.#undone = plans.length
    const held = { capacityItems: MAX_INSIDE, capacityBytes: Number.POSITIVE_INFINITY }
    const anything = { ...held, capacityItems: Number.POSITIVE_INFINITY }
    this.entries = region.entries
    const entries = plans.slice(0, region.entries).map(({ nodes }) => {
      return new Edge('', (nodes[0] as Node).id, region.input, anything, parked)
    })
    const incoming = plans.map((_, at) => entries.slice(at, at + 1))
    const outgoing = plans.map((): Map<string, Edge[]> => new Map())
    const add = (stage: number, output: string, edge: Edge): void => {
      const ports = outgoing[stage] as Map<string, Edge[]>
      ports.set(output, [...(ports.get(output) ?? []), edge])
    }
    const inside = region.edges.map(({ from, output, to, input }) => {
      const [writer, reader] = [plans[from] as StagePlan, plans[to] as StagePlan]
      // the stages are in an order in which each comes after its writers, but for edges that lead back
      const kind = to <= from ? BackEdge : Edge
      const edge = new kind(lastOf(writer).id, (reader.nodes[0] as Node).id, input, held, parked)
      incoming[to]?.push(edge)
      add(from, output, edge)
      return edge
    })
    this.#backEdges = inside.filter((edge) => edge instanceof BackEdge)
    this.edges = [...entries, ...inside]
    const bounded = { capacityItems: MAX_OUTPUTS, capacityBytes: MAX_OUTPUT_BYTES }
    const tailEdges = new Map<number, Edge>()
    this.#exits = region.exits.flatMap(({ stage, output, isRead, isTail }) => {
      if (!isRead) return []
      const edge = new Edge(lastOf(plans[stage] as StagePlan).id, '', output, bounded, parked)
      add(stage, output, edge)
      if (isTail) tailEdges.set(stage, edge)
      return [edge]
    })
    this.makers = region.exits.flatMap(({ stage, isRead }) =>
      isRead ? [makerOf((plans[stage] as StagePlan).nodes)] : [],
    )
    this.gives = region.exits.flatMap(({ stage, isRead }) =>
      isRead ? [lastOf(plans[stage] as StagePlan).leaf.isGivingBuffers] : [],
    )
    const host = this.#host(region)
    this.stages = plans.map((plan, at) => {
      const { leaf } = lastOf(plan)
      const ports = new Map(
        (leaf.outputs ?? ['out']).map((port) => [port, outgoing[at]?.get(port) ?? []] as const),
      )
      const edges = incoming[at] as Edge[]
      const how = plan.kernels[0]?.kind === 'merge' ? 'merge' : 'single'
      const outlet = new Outlet(ports, leaf.outputs !== undefined)
      const stage = new FusedStage(plan, makeInlet(edges, how, false), outlet, host)
      for (const edge of edges) edge.reader = stage
      for (const edge of outlet.edges) edge.writer = stage
      return stage
    })
    this.#toldMs = this.stages.map(() => 0)
    this.#nodeMs = this.nodes.map(() => 0)
    this.#tails = [...tailEdges].map(([stage, edge]) => new TailFold(this.stages[stage] as FusedStage, edge))
    this.#opensSplits = region.opensSplits
    const nobody = { wake: () => {}, onItems: () => {}, onReaderGone: () => {} }
    for (const edge of entries) edge.writer = nobody
    for (const edge of this.#exits) edge.reader = nobody
    this.#counts = new Float64Array(this.nodes.length * NODE_COUNTS.length)
  }

  #host({ timed, stopsOnFailure }: RegionRef): StageHost {
    const cleanupTimeoutMs = (): number | undefined => this.#cleanupTimeoutMs
    return {
      timed,
      clock: systemClock,
      signal: this.#abort.signal,
      batchItems: BATCH_ITEMS,
      timers: this.#timers,
      isPaused: false,
      stopsOnFailure,
      get cleanupTimeoutMs() {
        return cleanupTimeoutMs()
      },
      setAside: (letter, isFatal) => this.#failures.add(letter, isFatal),
      look: () => {},
      worked: () => {},
      ready: (stage) => {
        stage.isReady = true
        this.#ready.push(stage)
        this.#onReady?.()
      },
      onFinished: () => {},
      onDone: () => {
        this.#undone--
        this.#onReady?.()
      },
      setResult: () => {},
      fail: (error) => this.#fail(error),
      stopFor: (error) => this.#fail(error), // of a region that ends in a wrong way, nothing is sound
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#timers.clear()
    this.#onReady?.()
  }

  /** Enters the nodes; with the states of a snapshot, if there is one. Called once, before the first batch. */
  async start(states?: readonly unknown[]): Promise<void> {
    for (const stage of this.stages) await stage.enter()
    for (const stage of this.stages) stage.start()
    const contexts = this.stages.flatMap((stage) => stage.contexts)
    const folding = new Set(this.#tails.map(({ ctx }) => ctx))
    contexts.forEach((ctx, at) => {
      if (states !== undefined) ctx.state = states[at]
      else if (!this.#isStateful && !folding.has(ctx)) Object.defineProperty(ctx, 'state', noState(ctx.id))
    })
    for (const tail of this.#tails) tail.begin()
  }

  /** The nodes' states. */
  get states(): unknown[] {
    return this.stages.flatMap((stage) => stage.contexts.map((ctx) => ctx.state))
  }

  /** Whether the region wants nothing more: a `take` in it has had enough, or its input has ended. */
  get hasEnded(): boolean {
    return this.#undone === 0
  }

  /** Whether all calls are noted. Such a runner is slow, and used for one batch alone where that can be. */
  get isCareful(): boolean {
    return this.#watch?.isCareful === true
  }

  /** Runs a batch, in which these calls are to fail. @throws {TermError} with the first failure. */
  run(loads: readonly Loaded[], poison: readonly Poison[] = []): Promise<Yielded> {
    this.batches++
    this.wasSplit = false
    this.isWhole = false
    this.#watch?.begin(poison)
    for (const { items, times, enterAt } of loads) {
      if (items.length === 0) continue
      const edges = enterAt < 0 ? this.edges.slice(0, this.entries) : this.edges.slice(enterAt, enterAt + 1)
      const batch = { items, from: 0, to: items.length, times, itemBytes: 0 }
      for (const edge of edges) edge.push(batch)
      this.#copied -= (edges.length - 1) * items.length
    }
    // a part of another worker's batch may begin on an edge that leads back
    for (const edge of this.#backEdges) edge.turn()
    return this.resume()
  }

  /** Nothing follows: ends the region's stages, and gives what they give at their end. */
  end(): Promise<Yielded> {
    for (const edge of this.edges.slice(0, this.entries)) edge.end()
    return this.resume()
  }

  /** Goes on with the batch under way. @throws {TermError} with the first failure. */
  async resume(): Promise<Yielded> {
    let hasMore = false
    while (this.#failure === undefined && !this.hasEnded) {
      if (this.isAskedBack?.() === true) {
        hasMore = true
        break
      }
      if (this.isCareful && this.#isWaiting) {
        await this.#untilWaiterIsReady()
        continue
      }
      const stage = this.#takeReady()
      if (stage !== undefined) {
        stage.isReady = false
        if (!stage.isDone && !stage.waiting) stage.activate()
        for (const edge of this.#backEdges) edge.turn()
        this.onStep?.()
        continue
      }
      if (this.#isWaiting) {
        await this.#untilReady()
        continue
      }
      hasMore = !this.#isIdle
      if (hasMore && this.#exits.every((edge) => edge.items === 0)) throw this.#stuck()
      break
    }
    if (this.#failure !== undefined) throw this.#failure.error
    // one partial for the whole batch: a batch that is run once more, elsewhere, is then told apart from this one
    if (!hasMore) for (const tail of this.#tails) tail.flush()
    return this.#yield(hasMore)
  }

  /**
   * The stage to activate next: who was made ready last. Around a cycle it is the one furthest from where the cycle
   * begins, so that nothing waits inside when the cycle's newest batch is read.
   */
  #takeReady(): Stage | undefined {
    if (this.#backEdges.length === 0 || this.#ready.length < 2) return this.#ready.pop()
    let last = 0
    this.#ready.forEach((stage, at) => {
      if (this.#rankOf(stage) > this.#rankOf(this.#ready[last] as Stage)) last = at
    })
    return this.#ready.splice(last, 1)[0]
  }

  #rankOf(stage: Stage): number {
    return this.stages.indexOf(stage as FusedStage)
  }

  get #isWaiting(): boolean {
    let undone = 0
    for (const stage of this.stages) {
      if (stage.isWaiting) return true
      if (!stage.isDone) undone++
    }
    return undone < this.#undone // a stage has finished, and its nodes are exiting
  }

  get #isIdle(): boolean {
    const isOver = this.edges[0]?.ended === true && !this.hasEnded
    return (
      !isOver &&
      this.edges.every((edge) => edge.items === 0) &&
      this.stages.every((stage) => stage.isDone || stage.isIdle)
    )
  }

  #untilReady(): Promise<void> {
    const begun = performance.now()
    const waits = this.#waitingNode
    return new Promise((resolve) => {
      this.#onReady = () => {
        this.#onReady = undefined
        const ms = performance.now() - begun
        this.#waitedMs += ms
        if (waits >= 0) this.#nodeMs[waits] = (this.#nodeMs[waits] as number) + ms
        resolve()
      }
    })
  }

  /** No other call is made while one is awaited: if the worker dies of it, it is the one that was noted last. */
  #untilWaiterIsReady(): Promise<void> {
    const ready = this.#ready.splice(0)
    for (const stage of ready) {
      if (stage.waiting)
        stage.isReady = false // or its waking up would not be heard
      else this.#ready.push(stage)
    }
    return this.#untilReady()
  }

  #stuck(): Error {
    const cause = new MillraceError(
      'TOO_MANY_ITEMS',
      `more than ${MAX_INSIDE} items wait between two terms of a cycle: it makes more than it takes out.`,
    )
    return new TermError((this.nodes[0] as Node).id, 'item', cause)
  }

  #yield(hasMore: boolean): Yielded {
    const ports = this.#exits.map(takeAll)
    const records = this.stages.flatMap((stage) => stage.records)
    for (const tail of this.#tails) tail.book()
    const [first] = records
    const own = this.#opensSplits && first !== undefined ? { ...first, ...bornOf(first) } : first
    const booked = own === undefined ? records : [own, ...records.slice(1)]
    const counts = Float64Array.from(booked.flatMap((record) => NODE_COUNTS.map((key) => record[key])))
    const copied = this.stages.reduce((sum, stage) => sum + stage.copied, 0)
    const left = this.stages.reduce((sum, stage) => sum + stage.left, 0)
    const yielded = {
      ports,
      counts: counts.map((count, at) => count - (this.#counts[at] as number)),
      copied: copied - this.#copied,
      left: left - this.#left,
      hasMore,
      failures: this.#failures.take(this.nodes, records),
      waitedMs: this.#waitedMs,
      nodeMs: this.#takeNodeMs(),
    }
    this.#waitedMs = 0
    this.#counts.set(counts)
    this.#copied = copied
    this.#left = left
    return yielded
  }

  #takeNodeMs(): Float64Array {
    const all = this.stages.flatMap(({ processingMs, shares, plan }, at) => {
      const ms = processingMs - (this.#toldMs[at] as number)
      this.#toldMs[at] = processingMs
      return plan.nodes.map((_, node) => ms * (shares?.[node] ?? 1 / plan.nodes.length))
    })
    const ms = Float64Array.from(all, (own, at) => own + (this.#nodeMs[at] as number))
    this.#nodeMs.fill(0)
    return ms
  }

  /** Index of the first node that something is waited for in; -1 if none is. */
  get #waitingNode(): number {
    let at = 0
    for (const stage of this.stages) {
      if (stage.isWaiting) return at + stage.awaitingAt
      at += stage.plan.nodes.length
    }
    return -1
  }

  /** Lets the batch under way go: nobody waits for it any more. */
  dispose(reason: unknown): void {
    this.#abort.abort(reason)
    this.#timers.clear()
    for (const stage of this.stages) stage.dispose().catch(() => undefined)
    this.#end(reason)
  }

  /** Lets the batch go in good order, as a stage that has ended: rejects with what fails in its clean-up. */
  async letGo(timeoutMs: number): Promise<void> {
    this.#cleanupTimeoutMs = timeoutMs
    this.#timers.clear()
    const disposed = this.stages.map((stage) => stage.dispose())
    this.#end(new MillraceError('RUN_CLOSED', 'Nobody waits for this batch any more.'))
    try {
      await Promise.all(disposed)
    } finally {
      this.#abort.abort(this.#failure?.error)
    }
  }

  /** Stages that are let go wake nobody: a batch that waits for one would keep its worker for ever. */
  #end(reason: unknown): void {
    this.#failure ??= { error: reason }
    this.#onReady?.()
  }
}

/** A source's items have no inputs: splits are none. */
function bornOf({ out }: NodeRecord): Partial<NodeRecord> {
  return { in: 0, born: out, extra: 0, empty: 0 }
}

/** The node with what was said of its failures where the run was started. */
function withPolicy(node: Node, policy: WirePolicy | undefined): Node {
  return policy === undefined ? node : { ...node, policy: { ...node.policy, ...policy } }
}

function lastOf({ nodes }: StagePlan): Node {
  return nodes[nodes.length - 1] as Node
}

/** What a term without `initialState` finds in place of a state: the next batch may run in another worker. */
function noState(id: string): PropertyDescriptor {
  const refuse = (): never => {
    throw new WrongStateError(
      `Term "${id}" uses ctx.state without initialState(). Declare it: the term then stays in one place, in order.`,
    )
  }
  return { get: refuse, set: refuse }
}

function takeAll(edge: Edge): PortItems {
  const items: unknown[] = []
  const times: number[] = []
  let timed = false
  for (let batch = edge.head; batch !== undefined; batch = edge.head) {
    for (let i = edge.at; i < batch.to; i++) {
      items.push(batch.items[i])
      if (batch.times !== undefined) times.push(batch.times[i] as number)
    }
    timed ||= batch.times !== undefined
    edge.consume(batch.to - edge.at)
  }
  return { items, times: timed ? times : undefined }
}
