/**
 * `RemotePlacement`: which stages of a graph go to workers, and the slots they share. Extended by the strategies that
 * send batches to workers; each brings a crew.
 *
 * Stateless terms go to any worker, joined to regions. Terms with a state go to one worker at a time, once they are
 * heavy. Sources, sinks and what else must stay on the caller's thread does; see `mobilityOf`.
 */

import { threadId } from 'node:worker_threads'
import { InvalidOptionError, type StealingStats, type ThreadStats, type WorkerStats } from '@millrace/core'
import {
  groupStages,
  type Node,
  type Origins,
  type Placement,
  type Plan,
  type Stage,
  type StagePlan,
} from '@millrace/core/engine'
import { NotAGraphModuleError } from '../errors.ts'
import { usableProcessors } from '../governor/processors.ts'
import type { SchedulerOptions } from '../options.ts'
import { tellEnd } from '../worker/forget.ts'
import type { DoneReply } from '../worker/protocol.ts'
import type { Answer, Dispatcher, TaskMaker, WorkerHandle } from './dispatcher.ts'
import { areNear, hasHome, mobilityOf, Places } from './place.ts'
import { RegionStage } from './region-stage.ts'
import type { StageParts } from './remote-stage.ts'
import { StatefulStage } from './stateful-stage.ts'

/** The workers that a run has, alone or with other runs. */
export interface Crew {
  /** Workers at most; 0 means that the caller must do the work itself. */
  readonly size: number
  /** Workers that could not be started, or died, so far. */
  readonly errors: number
  /** Most workers at the same time so far. */
  readonly peak: number
  /** As `Dispatcher.run`; resolves with `undefined` if there is no worker that can run the task. */
  run(makeTask: TaskMaker, signal: AbortSignal, worker?: WorkerHandle): Promise<Answer | undefined>
  countError(): void
  /** What a worker has done to find work, where workers steal. */
  stealingOf?(worker: number): StealingStats | undefined
  /** A run takes part: sees that there are the workers there should be, as far as threads are free. */
  acquire(): void
  /** The run needs the workers no more. */
  release(): void
}

let runs = 0

/** A worker with less heap dies before it has loaded anything. */
const MIN_HEAP_MB = 16
/** Tasks under way per worker: one that runs, and one that waits at its door. */
const TASKS_PER_WORKER = 2
/** Stands for the caller's thread among the workers. */
const HERE: WorkerHandle = { here: true }

/** Runs the heavy part of a graph on a crew of workers. */
export abstract class RemotePlacement implements Placement, Dispatcher {
  protected readonly options: SchedulerOptions
  #crew: Crew | undefined
  #origins: Origins = new Map()
  #places: Places | undefined
  /** Begins the keys of all that workers keep for this run. */
  readonly #run = `${process.pid}.${threadId}.${++runs} `
  readonly #workers = new Map<number, { activations: number; busyMs: number; heapBytes: number }>()
  #free = 0
  /** Stages that wait for a slot, in the order in which they came. */
  readonly #queue = new Set<Stage>()
  #errors = 0

  constructor(options: SchedulerOptions) {
    this.options = options
  }

  /** Gets hold of workers: so many, if there are. */
  protected abstract hire(workers: number): Crew

  /** What goes to a worker goes as one stage only if one module builds all of it there. */
  mayFuse(from: Node, to: Node, origins: Origins): boolean {
    const [one, other] = [this.#mobilityOf(from, origins), this.#mobilityOf(to, origins)]
    return one === other && (one === 'local' || areNear(from, to, origins))
  }

  #mobilityOf(node: Node, origins: Origins) {
    // a term with a state that nobody else can build, or a bare merge, is as well off here
    const mobility = mobilityOf(node)
    const needsHome = mobility === 'stateful' || node.leaf.kernel().kind === 'merge'
    return needsHome && !hasHome(node, origins) ? 'local' : mobility
  }

  #mobilityOfStage({ nodes }: StagePlan) {
    return this.#mobilityOf(nodes[0] as Node, this.#origins)
  }

  /** @throws {NotAGraphModuleError} if a term that should go to a worker was not built by a graph module. */
  open(plan: Plan, origins: Origins): void {
    this.#origins = origins
    this.#places = new Places(origins, this.#run)
    const { workers = usableProcessors(), heapLimitMb, strategy = 'inline', fallback } = this.options
    if (!(Number.isInteger(workers) && workers >= 1)) {
      throw new InvalidOptionError('scheduler.workers', workers, 'a whole number, at least 1')
    }
    if (heapLimitMb !== undefined && !(heapLimitMb >= MIN_HEAP_MB)) {
      throw new InvalidOptionError('scheduler.heapLimitMb', heapLimitMb, `at least ${MIN_HEAP_MB}`)
    }
    const away = plan.stages.filter((stage) => this.#mobilityOfStage(stage) !== 'local')
    const homeless = away.flatMap(({ nodes }) => nodes).filter((node) => !hasHome(node, origins))
    if (homeless.length > 0) {
      if (fallback === 'inline') return
      throw new NotAGraphModuleError(
        strategy,
        homeless.slice(0, 5).map(({ id }) => id),
      )
    }
    if (away.length === 0) return
    this.#crew = this.hire(workers)
    this.#errors = this.#crew.errors
    this.#crew.acquire()
    this.#free = this.size * TASKS_PER_WORKER
  }

  group(plan: Plan): Plan {
    if (this.size === 0) return plan
    return groupStages(plan, {
      mayJoin: (stage) => this.#mobilityOfStage(stage) === 'free',
      isNear: (from, to) => areNear(from, to, this.#origins),
      isWorth: ({ kernels }) => kernels.some(({ kind }) => kind !== 'merge'),
    })
  }

  makeStage(...parts: StageParts): Stage | undefined {
    const [plan, , outlet, { timed }] = parts
    if (this.size === 0 || this.#places === undefined) return undefined
    if (plan.kind === 'region') return new RegionStage(parts, this, this.#places.find(plan, timed, outlet))
    const { stateful = 'auto' } = this.options
    if (stateful === 'caller' || this.#mobilityOfStage(plan) !== 'stateful') return undefined
    return new StatefulStage(parts, this, this.#places.find(plan, timed, outlet), stateful)
  }

  get size(): number {
    return this.#crew?.size ?? 0
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

  async run(makeTask: TaskMaker, signal: AbortSignal, worker?: WorkerHandle): Promise<Answer> {
    const answer = worker === HERE ? undefined : await this.#crew?.run(makeTask, signal, worker)
    if (answer !== undefined) return answer
    // no worker could be started, or none that could load the graph: the caller's own thread has to do
    const { runTask } = await import('../worker/run-task.ts')
    return { reply: await runTask(makeTask([]), []), worker: HERE }
  }

  countLoss(): void {
    this.#crew?.countError()
  }

  count({ worker, busyMs, heapBytes }: DoneReply): void {
    const known = this.#workers.get(worker)
    this.#workers.set(worker, {
      activations: (known?.activations ?? 0) + 1,
      busyMs: (known?.busyMs ?? 0) + busyMs,
      heapBytes,
    })
  }

  stats(): ThreadStats {
    const crew = this.#crew
    const workers = [...this.#workers].map(([id, figures]): WorkerStats => {
      const stealing = crew?.stealingOf?.(id)
      return { id, ...figures, ...(stealing === undefined ? {} : { stealing }) }
    })
    return {
      budget: crew?.size ?? 0,
      peak: crew?.peak ?? 0,
      errors: crew === undefined ? 0 : crew.errors - this.#errors,
      workers,
    }
  }

  close(): void {
    if (this.#crew === undefined) return
    tellEnd(this.#run)
    this.#crew.release()
  }
}
