/**
 * `PoolPlacement`: which stages of a graph run on a pool, and the slots they share.
 *
 * Stateless terms go to the pool. Sources, sinks, joins and stateful terms stay on the caller's thread: they must see
 * every item, in order, and to send a state back and forth with each batch costs more than most of them do.
 */

import { threadId } from 'node:worker_threads'
import { InvalidOptionError, ModuleTerm, type ThreadStats, type WorkerStats } from '@millrace/core'
import type { Node, Origins, Placement, Plan, Stage, StagePlan } from '@millrace/core/engine'
import { NotAGraphModuleError } from '../errors.ts'
import { usableProcessors } from '../governor/processors.ts'
import type { SchedulerOptions } from '../options.ts'
import { findUncloneable } from '../worker/clone-path.ts'
import { hashOf } from '../worker/hash.ts'
import type { GraphRef, Reply } from '../worker/protocol.ts'
import type { PoolHost, TaskMaker } from './pool-host.ts'
import { type GraphPlace, PoolStage, type StageParts } from './pool-stage.ts'
import { acquirePool, type SharedPool } from './shared-pool.ts'

let runs = 0

const DEFAULT_IDLE_TIMEOUT_MS = 10_000
/** A worker with less heap dies before it has loaded anything. */
const MIN_HEAP_MB = 16
/** Tasks under way per worker: one that runs, and one that waits at its door. */
const TASKS_PER_WORKER = 2

/** Runs the stateless stages of one run on a shared pool. */
export class PoolPlacement implements Placement, PoolHost {
  readonly #options: SchedulerOptions
  #pool: SharedPool | undefined
  #origins: Origins = new Map()
  /** By the module and parameters they come from. */
  readonly #graphs = new Map<object, GraphRef>()
  /** Workers build graphs anew for each run: what a term kept from the last must not show. */
  readonly #run = `${process.pid}.${threadId}.${++runs}`
  readonly #workers = new Map<number, { activations: number; busyMs: number; heapBytes: number }>()
  #free = 0
  /** Stages that wait for a slot, in the order in which they came. */
  readonly #queue = new Set<Stage>()
  #errors = 0
  #inline = false

  constructor(options: SchedulerOptions) {
    this.#options = options
  }

  /** What goes to a worker goes as one stage only if one module builds all of it there. */
  mayFuse(from: Node, to: Node, origins: Origins): boolean {
    if (!isStateless(from) || !isStateless(to)) return isStateless(from) === isStateless(to)
    const [one, other] = [origins.get(from.leaf), origins.get(to.leaf)]
    return one !== undefined && one.origin === other?.origin
  }

  /** @throws {NotAGraphModuleError} if a term that should go to a worker was not built by a graph module. */
  open(plan: Plan, origins: Origins): void {
    this.#origins = origins
    const away = plan.stages.filter(({ nodes }) => nodes.every(isStateless))
    const homeless = away.flatMap(({ nodes }) => nodes).filter((node) => !this.#hasOrigin(node))
    if (homeless.length > 0) {
      if (this.#options.fallback !== 'inline') {
        throw new NotAGraphModuleError(
          'pool',
          homeless.slice(0, 5).map(({ id }) => id),
        )
      }
      this.#inline = true
    }
    if (away.length === 0 || this.#inline) return
    const { workers = usableProcessors(), isolation = 'thread', idleTimeoutMs, heapLimitMb } = this.#options
    if (!(Number.isInteger(workers) && workers >= 1)) {
      throw new InvalidOptionError('scheduler.workers', workers, 'a whole number, at least 1')
    }
    if (heapLimitMb !== undefined && !(heapLimitMb >= MIN_HEAP_MB)) {
      throw new InvalidOptionError('scheduler.heapLimitMb', heapLimitMb, `at least ${MIN_HEAP_MB}`)
    }
    this.#pool = acquirePool({
      workers,
      isolation,
      idleTimeoutMs: idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
      heapLimitMb,
    })
    this.#errors = this.#pool.errors
    this.#free = this.#pool.size * TASKS_PER_WORKER
  }

  #hasOrigin({ leaf }: Node): boolean {
    return this.#origins.has(leaf) || leaf instanceof ModuleTerm
  }

  makeStage(...parts: StageParts): Stage | undefined {
    const [plan] = parts
    if (this.size === 0 || !plan.nodes.every(isStateless)) return undefined
    return new PoolStage([...parts], this, this.#locate(plan))
  }

  #locate({ nodes }: StagePlan): GraphPlace {
    const places = nodes.map(({ leaf }) => this.#origins.get(leaf))
    const first = places[0]
    if (first === undefined) {
      const { url, exportName } = (nodes[0] as Node).leaf as unknown as ModuleTerm<never, unknown>
      const key = `${this.#run} ${url} ${exportName}`
      return { graph: { key, url, exportName, params: undefined, fingerprint: '' }, lines: '', indexes: [0] }
    }
    const { origin, fingerprint } = first
    let graph = this.#graphs.get(origin)
    if (graph === undefined) {
      checkParams(origin.params, origin.url)
      const key = `${this.#run} ${this.#graphs.size} ${origin.url}`
      const { url, params } = origin
      graph = { key, url, exportName: undefined, params, fingerprint: hashOf(fingerprint) }
      this.#graphs.set(origin, graph)
    }
    return { graph, lines: fingerprint, indexes: places.map((place) => place?.index ?? 0) }
  }

  get size(): number {
    return this.#pool?.size ?? 0
  }

  takeSlot(stage: Stage): boolean {
    if (this.#free > 0) {
      this.#free--
      this.#queue.delete(stage)
      return true
    }
    this.#queue.add(stage)
    return false
  }

  forceSlot(): void {
    this.#free--
  }

  giveSlot(): void {
    this.#free++
    if (this.#free <= 0) return
    const [next] = this.#queue
    if (next === undefined) return
    this.#queue.delete(next)
    next.wake()
  }

  isQueued(stage: Stage): boolean {
    return this.#queue.has(stage)
  }

  leave(stage: Stage): void {
    this.#queue.delete(stage)
  }

  async run(makeTask: TaskMaker, signal: AbortSignal): Promise<Reply> {
    const reply = await this.#pool?.run(makeTask, signal)
    if (reply !== undefined) return reply
    // no worker could be started, or none that could load the graph: the caller's own thread has to do
    const { runHere } = await import('../worker/run-here.ts')
    return runHere(makeTask([]))
  }

  countLoss(): void {
    this.#pool?.countError()
  }

  count({ worker, busyMs, heapBytes }: Extract<Reply, { kind: 'done' }>): void {
    const known = this.#workers.get(worker)
    this.#workers.set(worker, {
      activations: (known?.activations ?? 0) + 1,
      busyMs: (known?.busyMs ?? 0) + busyMs,
      heapBytes,
    })
  }

  stats(): ThreadStats {
    const workers: WorkerStats[] = [...this.#workers].map(([id, figures]) => ({ id, ...figures }))
    const pool = this.#pool
    return {
      budget: pool?.size ?? 0,
      peak: pool?.peak ?? 0,
      errors: pool === undefined ? 0 : pool.errors - this.#errors,
      workers,
    }
  }

  close(): void {
    this.#pool?.release()
  }
}

/** Whether a term may run anywhere, several batches at a time: it keeps nothing from item to item. */
function isStateless({ leaf }: Node): boolean {
  if (leaf.isLocal || leaf.initialState !== undefined || leaf.end !== undefined) return false
  if ((leaf.enter !== undefined || leaf.exit !== undefined) && !(leaf instanceof ModuleTerm)) return false
  const { kind } = leaf.kernel()
  return kind === 'map' || kind === 'filter' || kind === 'apply' || kind === 'flatMap' || kind === 'expand'
}

/** @throws {InvalidOptionError} if the parameters cannot be sent to a worker. */
function checkParams(params: unknown, url: string): void {
  const found = findUncloneable(params)
  if (found === undefined) return
  throw new InvalidOptionError(
    `The parameters of graph ${url}`,
    params,
    `structured-cloneable, for workers to build the graph with (params${found.path} is ${found.what})`,
  )
}
