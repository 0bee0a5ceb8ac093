/**
 * `RemotePlacement`: which stages of a graph go to workers, and the slots they share. Extended by the strategies that
 * send batches to workers; each brings a crew.
 *
 * Stateless terms go to any worker, joined to regions. Terms with a state go to one worker at a time, once they are
 * heavy. Sources, sinks and what else must stay on the caller's thread does; see `mobilityOf`.
 */

import { threadId } from 'node:worker_threads'
import {
  type Health,
  type HealthLevel,
  InvalidOptionError,
  TermError,
  type ThreadStats,
  type WorkerStats,
} from '@millrace/core'
import {
  groupStages,
  type Node,
  type NodePlace,
  type Origins,
  type Placement,
  type Plan,
  type RegionRole,
  type Stage,
  type StagePlan,
  type Way,
} from '@millrace/core/engine'
import { NotAGraphModuleError } from '../errors.ts'
import { healthOf } from '../governor/health.ts'
import { memoryPressure } from '../governor/memory-pressure.ts'
import { usableProcessors } from '../governor/processors.ts'
import type { SchedulerOptions } from '../options.ts'
import { tellEnd } from '../worker/forget.ts'
import { hasHome } from '../worker/has-home.ts'
import { type DoneReply, type LetGoTask, PROTOCOL_VERSION, type Reply } from '../worker/protocol.ts'
import type { Crew, ErrorCounts } from './crew.ts'
import type { Answer, Dispatcher, TaskMaker, WorkerHandle } from './dispatcher.ts'
import type { CallLimits } from './hang-watch.ts'
import {
  areNear,
  type Mobility,
  type Movement,
  movementOf,
  opensSplits,
  Places,
  type RegionPlace,
} from './place.ts'
import { RegionStage } from './region-stage.ts'
import type { StageParts } from './remote-stage.ts'
import { Slots } from './slots.ts'
import { StatefulStage } from './stateful-stage.ts'
import { HOMELESS, placesIn, whereOf } from './survey.ts'

let runs = 0

/** A worker with less heap dies before it has loaded anything. */
const MIN_HEAP_MB = 16
const BYTES_PER_MB = 1024 * 1024
/** Tasks under way per worker: one that runs, and one that waits, as near to it as its strategy lets it. */
const TASKS_PER_WORKER = 2
/** A batch for a worker is sized to keep it busy for about so long: far above a round trip, far below a human's patience. */
const DEFAULT_BATCH_MS = 16
/** Stands for the caller's thread among the workers. */
const HERE: WorkerHandle = { here: true }
/** As replies name it. */
const HERE_ID = threadId === 0 ? process.pid : threadId

/** Runs the heavy part of a graph on a crew of workers. */
export abstract class RemotePlacement implements Placement, Dispatcher {
  protected readonly options: SchedulerOptions
  #crew: Crew | undefined
  #origins: Origins = new Map()
  #places: Places | undefined
  /** Begins the keys of all that workers keep for this run. */
  readonly #run = `${process.pid}.${threadId}.${++runs} `
  readonly #workers = new Map<number, { activations: number; busyMs: number; heapBytes: number }>()
  readonly #slots = new Slots(() => Math.max(1, this.size) * TASKS_PER_WORKER)
  #before: ErrorCounts = { denied: 0, refused: 0, lost: 0 }
  #activations = 0
  #isPrepared = false
  /** Set while workers load the graph before its first batch. */
  #preparing: AbortController | undefined
  #level: HealthLevel = 'green'
  readonly #pressure = memoryPressure()
  onHealth: ((health: Health) => void) | undefined
  isSteady = false
  needsSingleItems = false
  /** Whether workers may read sources split by split; not where sources have threads of their own. */
  sharesSources = true
  #isTimed = false
  /** It is only asked where terms would run. */
  #isSurvey = false
  /** Of the sources that workers read. */
  readonly #splits = new Map<Node, Iterable<unknown> | AsyncIterable<unknown>>()

  constructor(options: SchedulerOptions) {
    this.options = options
  }

  /** Gets hold of workers: so many, if there are. */
  protected abstract hire(workers: number): Crew

  /** What goes to a worker goes as one stage only if one module builds all of it there. */
  mayFuse(from: Node, to: Node, origins: Origins): boolean {
    const [one, other] = [this.#mobilityOf(from, origins), this.#mobilityOf(to, origins)]
    // what is shared out begins or ends a region, as a stage of its own
    if (one === 'splittable' || one === 'combining') return false
    return one === other && (one === 'local' || areNear(from, to, origins))
  }

  #mobilityOf(node: Node, origins: Origins): Mobility {
    return this.#movementOf(node, origins).mobility
  }

  #movementOf(node: Node, origins: Origins): Movement {
    // a split or a partial is more than what a checkpoint, or a failure that is set aside, can tell of
    const shared = movementOf(node, !this.isSteady && !this.needsSingleItems)
    const movement = shared.mobility === 'splittable' && !this.sharesSources ? movementOf(node) : shared
    // a term with a state that no worker can build, or a bare merge, is as well off here
    const needsHome = movement.mobility !== 'free' || node.leaf.kernel().kind === 'merge'
    return needsHome && movement.mobility !== 'local' && !hasHome(node, origins) ? HOMELESS : movement
  }

  #mobilityOfStage({ nodes }: StagePlan) {
    return this.#mobilityOf(nodes[0] as Node, this.#origins)
  }

  /** @throws {NotAGraphModuleError} if a term that should go to a worker was not built by a graph module. */
  open(plan: Plan, origins: Origins): void {
    const away = this.#awayIn(plan, origins)
    if (away.length === 0) return
    this.#crew = this.hire(this.options.workers ?? usableProcessors())
    this.#crew.acquire()
    this.#before = { ...this.#crew.errorsBefore }
    this.#watchHealth()
  }

  /** The stages to have workers for; none, if they stay on the caller's thread. */
  #awayIn(plan: Plan, origins: Origins): readonly StagePlan[] {
    this.#origins = origins
    this.#places = new Places(origins, this.#run, this.way)
    const { workers = usableProcessors(), heapLimitMb, strategy = 'inline', fallback } = this.options
    if (!(Number.isInteger(workers) && workers >= 1)) {
      throw new InvalidOptionError('scheduler.workers', workers, 'a whole number, at least 1')
    }
    if (heapLimitMb !== undefined && !(heapLimitMb >= MIN_HEAP_MB)) {
      throw new InvalidOptionError('scheduler.heapLimitMb', heapLimitMb, `at least ${MIN_HEAP_MB}`)
    }
    this.#isTimed = plan.timed
    const away = plan.stages.filter((stage) => {
      const mobility = this.#mobilityOfStage(stage)
      return mobility !== 'local' && mobility !== 'splittable'
    })
    const homeless = away.flatMap(({ nodes }) => nodes).filter((node) => !hasHome(node, origins))
    if (homeless.length > 0) {
      if (fallback === 'inline') return []
      throw new NotAGraphModuleError(
        strategy,
        homeless.slice(0, 5).map(({ id }) => id),
      )
    }
    return away
  }

  survey(plan: Plan, origins: Origins): readonly NodePlace[] {
    const hasWorkers = this.#awayIn(plan, origins).length > 0
    this.#isSurvey = true
    return this.#grouped(plan).stages.flatMap((stage) => {
      const movements = stage.nodes.map((node) => this.#movementOf(node, origins))
      return placesIn(stage, movements, this.options, hasWorkers)
    })
  }

  /** Without workers stages stay whole; in a run with checkpoints, which may have some the next time, only where none fits. */
  get #isFlat(): boolean {
    return this.isSteady ? this.#crew === undefined : this.size === 0
  }

  group(plan: Plan): Plan {
    return this.#isFlat ? plan : this.#grouped(plan)
  }

  #grouped(plan: Plan): Plan {
    return groupStages(plan, {
      roleOf: (stage) => this.#roleOf(stage),
      isNear: (from, to) => areNear(from, to, this.#origins),
      isWorth: (stages) => this.#isWorth(stages),
    })
  }

  #roleOf(stage: StagePlan): RegionRole | undefined {
    const [first] = stage.nodes as readonly [Node]
    switch (this.#mobilityOfStage(stage)) {
      case 'free':
        return 'inner'
      case 'combining':
        // partials have no source times, and one way out
        return this.#isTimed || first.rows || first.leaf.outputs !== undefined ? undefined : 'tail'
      case 'splittable':
        return !this.#isTimed && this.#canSplit(first) ? 'head' : undefined
      default:
        return undefined
    }
  }

  /** A survey must not open what a source reads. */
  #canSplit(node: Node): boolean {
    return this.#isSurvey || this.#splitsOf(node) !== undefined
  }

  #splitsOf(node: Node): Iterable<unknown> | AsyncIterable<unknown> | undefined {
    const known = this.#splits.get(node)
    if (known !== undefined) return known
    let splits: Iterable<unknown> | AsyncIterable<unknown> | undefined
    try {
      splits = node.leaf.splits?.({ workers: this.size })
    } catch (error) {
      throw new TermError(node.id, 'generate', error)
    }
    if (splits !== undefined) this.#splits.set(node, splits)
    return splits
  }

  /** Items go to workers for a function's sake, or are there already. */
  #isWorth(stages: readonly StagePlan[]): boolean {
    const roles = stages.map((stage) => this.#roleOf(stage))
    if (roles.includes('head')) return true
    return stages.some(
      ({ kernels }, at) => roles[at] === 'inner' && kernels.some(({ kind }) => kind !== 'merge'),
    )
  }

  makeStage(...parts: StageParts): Stage | undefined {
    const [plan, , outlet, host] = parts
    if (this.#isFlat || this.#places === undefined) return undefined
    if (plan.kind === 'region') {
      const place = this.#places.find(plan, host, outlet)
      this.#prepare(place)
      const splits = opensSplits(plan) ? this.#splitsOf(plan.nodes[0] as Node) : undefined
      return new RegionStage(parts, this, place, splits)
    }
    const where = whereOf(plan, this.#mobilityOfStage(plan), this.options)
    if (where === 'caller') return undefined
    return new StatefulStage(parts, this, this.#places.find(plan, host, outlet), where)
  }

  /** Workers load while the sources begin. One region for all: most of the time goes into the graph's module. */
  #prepare({ key, region }: RegionPlace): void {
    if (this.#isPrepared) return
    this.#isPrepared = true
    const preparing = new AbortController()
    this.#preparing = preparing
    const task = { kind: 'prepare', version: PROTOCOL_VERSION, key, region } as const
    void this.#crew?.prepare(task, preparing.signal).then(() => {
      this.#preparing = undefined
    })
  }

  get size(): number {
    return this.#crew?.size ?? 0
  }

  /** How items go to its workers. */
  get way(): Way {
    return this.options.isolation === 'process' ? 'process' : 'thread'
  }

  get batchMs(): number {
    return (this.options.batchMs ?? DEFAULT_BATCH_MS) * this.#pressure.batchFactor
  }

  takeSlot(stage: Stage): boolean {
    return this.#slots.take(stage)
  }

  forceSlot(): void {
    this.#slots.force()
  }

  giveSlot(): void {
    this.#slots.give()
  }

  isQueued(stage: Stage): boolean {
    return this.#slots.has(stage)
  }

  leave(stage: Stage): void {
    this.#slots.leave(stage)
  }

  async run(
    makeTask: TaskMaker,
    signal: AbortSignal,
    worker: WorkerHandle | undefined,
    limitsMs: CallLimits | undefined,
  ): Promise<Answer> {
    const answer = worker === HERE ? undefined : await this.#crew?.run(makeTask, signal, worker, limitsMs)
    if (answer !== undefined) return answer
    // no worker could be started, or none that could load the graph: the caller's own thread has to do
    const { runTask } = await import('../worker/run-task.ts')
    return { reply: await runTask(makeTask(), []), worker: HERE }
  }

  async letGo(
    task: LetGoTask,
    worker: WorkerHandle | undefined,
    signal: AbortSignal,
  ): Promise<Reply | undefined> {
    if (worker !== HERE) return this.#crew?.letGo(task, worker, signal)
    const { letGo } = await import('../worker/run-task.ts')
    return letGo(task)
  }

  countLoss(reason: unknown): void {
    this.#crew?.countLoss(reason)
    this.#watchHealth()
  }

  count({ worker, busyMs, heapBytes }: DoneReply): void {
    this.#activations++
    this.#watchHealth()
    if (worker === HERE_ID) return
    const { heapLimitMb } = this.options
    if (heapLimitMb !== undefined) this.#pressure.noteHeap(worker, heapBytes / (heapLimitMb * BYTES_PER_MB))
    const known = this.#workers.get(worker)
    this.#workers.set(worker, {
      activations: (known?.activations ?? 0) + 1,
      busyMs: (known?.busyMs ?? 0) + busyMs,
      heapBytes,
    })
  }

  /** What has changed is noticed with the replies: no timer asks for it. */
  #watchHealth(): void {
    const health = this.#health()
    if (health.level === this.#level) return
    this.#level = health.level
    this.onHealth?.(health)
  }

  #health(): Health {
    const crew = this.#crew
    const { size = 0, wanted = 0, errors = this.#before } = crew ?? {}
    return healthOf({
      wanted,
      had: size,
      activations: this.#activations,
      denied: errors.denied - this.#before.denied,
      refused: errors.refused - this.#before.refused,
      lost: errors.lost - this.#before.lost,
      memoryShare: crew === undefined ? undefined : this.#pressure.share,
    })
  }

  stats(elapsedMs: number): ThreadStats {
    const crew = this.#crew
    const health = this.#health()
    const workers = [...this.#workers].map(([id, figures]): WorkerStats => {
      const stealing = crew?.stealingOf?.(id)
      return {
        id,
        ...figures,
        utilisation: elapsedMs > 0 ? Math.min(1, figures.busyMs / elapsedMs) : 0,
        restarts: crew?.restartsOf(id) ?? 0,
        ...(stealing === undefined ? {} : { stealing }),
      }
    })
    return {
      budget: crew?.size ?? 0,
      peak: crew?.peak ?? 0,
      errors: health.refused + health.lost,
      health,
      ...(crew?.machine === undefined ? {} : { machine: crew.machine }),
      workers,
    }
  }

  close(): void {
    if (this.#crew === undefined) return
    tellEnd(this.#run)
    this.#crew.tellEnd(this.#run)
    this.#preparing?.abort() // a module that hangs must not keep workers from other runs for long
    this.#crew.release()
  }
}
