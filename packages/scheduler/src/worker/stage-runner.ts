/**
 * `StageRunner`: runs activations of one stage in a worker, with the engine's own `FusedStage`: that is why every
 * strategy gives the same answer. Called by the worker's entry.
 */

import { TermError, WrongStateError } from '@millrace/core'
import {
  Edge,
  FusedStage,
  makeInlet,
  type Node,
  type NodeRecord,
  Outlet,
  type StageHost,
  type StagePlan,
  systemClock,
} from '@millrace/core/engine'

/** Outputs of one activation at most: what an endless expansion runs into. */
export const MAX_OUTPUTS = 1_048_576

/** What an activation gave. */
export interface Activation {
  readonly ports: readonly {
    readonly items: readonly unknown[]
    readonly times: readonly number[] | undefined
  }[]
  readonly records: readonly NodeRecord[]
}

/** A batch of several items gave more than one reply may hold: half of it may do. */
export class TooLargeError extends WrongStateError {
  constructor() {
    super(`A batch gave more than ${MAX_OUTPUTS} items.`)
  }
}

/** Runs one stage, an activation at a time. After a failure it must not be used again. */
export class StageRunner {
  readonly #input: Edge
  readonly #outputs: readonly Edge[]
  readonly #stage: FusedStage
  #failure: { readonly error: unknown } | undefined
  #onReady: (() => void) | undefined

  constructor(nodes: readonly Node[], timed: boolean) {
    const plan: StagePlan = {
      index: 0,
      kind: 'fused',
      nodes,
      kernels: nodes.map(({ leaf }) => leaf.kernel()),
    }
    const parked = new Set<Edge>()
    const unbounded = { capacityItems: Number.POSITIVE_INFINITY, capacityBytes: Number.POSITIVE_INFINITY }
    const bounded = { capacityItems: MAX_OUTPUTS, capacityBytes: Number.POSITIVE_INFINITY }
    const [first, last] = [nodes[0] as Node, nodes[nodes.length - 1] as Node]
    this.#input = new Edge('', first.id, '', unbounded, parked)
    const ports = new Map(
      (last.leaf.outputs ?? ['out']).map(
        (port) => [port, [new Edge(last.id, '', port, bounded, parked)]] as const,
      ),
    )
    const outlet = new Outlet(ports, last.leaf.outputs !== undefined)
    this.#outputs = outlet.edges
    this.#stage = new FusedStage(plan, makeInlet([this.#input], 'single', false), outlet, this.#host(timed))
    const nobody = { wake: () => {}, onItems: () => {}, onReaderGone: () => {} }
    this.#input.reader = this.#stage
    this.#input.writer = nobody
    for (const edge of this.#outputs) {
      edge.writer = this.#stage
      edge.reader = nobody
    }
  }

  #host(timed: boolean): StageHost {
    return {
      timed,
      clock: systemClock,
      signal: new AbortController().signal,
      batchItems: MAX_OUTPUTS,
      look: () => {},
      ready: (stage) => {
        stage.isReady = true
        this.#onReady?.()
      },
      onFinished: () => {},
      onDone: () => {},
      setResult: () => {},
      fail: (error) => {
        this.#failure ??= { error }
        this.#onReady?.()
      },
    }
  }

  /** Enters the nodes. Called once, before the first activation. */
  async start(): Promise<void> {
    await this.#stage.enter()
    this.#stage.start()
    for (const ctx of this.#stage.contexts) Object.defineProperty(ctx, 'state', noState(ctx.id))
  }

  /** Runs the stage over these items, to the end. @throws {TermError} with the first failure. */
  async activate(items: readonly unknown[], times: readonly number[] | undefined): Promise<Activation> {
    this.#input.push({ items, from: 0, to: items.length, times, itemBytes: 0 })
    while (this.#failure === undefined) {
      if (this.#stage.isReady) {
        this.#stage.isReady = false
        this.#stage.activate()
      } else if (this.#input.items === 0 && this.#stage.isIdle) break
      else if (this.#stage.isWaiting) await this.#untilReady()
      else throw this.#tooMany(items.length)
    }
    if (this.#failure !== undefined) throw this.#failure.error
    if (this.#stage.isDone || this.#input.items > 0)
      throw new WrongStateError('A stage ended before its batch did.')
    return { ports: this.#outputs.map(takeAll), records: this.#takeRecords() }
  }

  #untilReady(): Promise<void> {
    return new Promise((resolve) => {
      this.#onReady = () => {
        this.#onReady = undefined
        resolve()
      }
    })
  }

  #tooMany(count: number): Error {
    if (count > 1) return new TooLargeError()
    const { id } = this.#stage.plan.nodes[0] as Node
    const cause = new RangeError(
      `one item gave more than ${MAX_OUTPUTS} others. Keep an expansion as large as that on the caller's thread, ` +
        'where it is held back item by item: term.local().',
    )
    return new TermError(id, 'item', cause)
  }

  #takeRecords(): NodeRecord[] {
    return this.#stage.records.map((record) => {
      const taken = { ...record }
      Object.assign(record, { in: 0, out: 0, born: 0, extra: 0, empty: 0, failed: 0 })
      return taken
    })
  }
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

function takeAll(edge: Edge): { items: readonly unknown[]; times: readonly number[] | undefined } {
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
