/**
 * What a worker keeps of the regions that it has met: their nodes, runners that are free, batches that have more to
 * give, states. Called by `run-task.ts`.
 */

import { MillraceError } from '@millrace/core'
import { type Node, restoreValue } from '@millrace/core/engine'
import { CallWatch } from './call-watch.ts'
import { type LoadedGraph, loadGraph } from './load-graph.ts'
import type { RegionRef, Snapshot } from './protocol.ts'
import { RegionRunner } from './region-runner.ts'

/** Regions kept at most; those least recently met go first. */
const MAX_REGIONS = 256

/** One region, as this worker knows it. */
export class Region {
  readonly ref: RegionRef
  /** The nodes of its graph. */
  readonly nodes: readonly Node[]
  /** Of a stateful region: the one runner that has its state. */
  stateful: RegionRunner | undefined
  /** Runners without a batch. */
  readonly #free: RegionRunner[] = []
  /** Batches, and parts of batches, that have more to give. */
  readonly #paused = new Map<string, RegionRunner>()
  /** Runners in the middle of a batch. */
  readonly #busy = new Set<RegionRunner>()

  constructor(ref: RegionRef, nodes: readonly Node[]) {
    this.ref = ref
    this.nodes = nodes
  }

  /** A runner for one batch: a free one, or a new one. */
  async take(isCareful: boolean): Promise<RegionRunner> {
    const free = isCareful ? undefined : this.#free.pop()
    if (free !== undefined) return free
    const runner = this.#makeRunner(isCareful)
    await runner.start()
    return runner
  }

  #makeRunner(isCareful: boolean): RegionRunner {
    const { stages, limitsMs } = this.ref
    const isWatched = isCareful || limitsMs !== undefined
    const watch = isWatched ? new CallWatch({ isCareful, limitsMs }, stages.flat().length) : undefined
    return new RegionRunner(this.nodes, this.ref, watch)
  }

  /** The runner that has the state after so many batches; `undefined` if it is not here, and cannot be restored. */
  async takeStateful(
    batches: number,
    restore: Snapshot | undefined,
    isCareful: boolean,
  ): Promise<RegionRunner | undefined> {
    if (this.stateful?.batches === batches && restore === undefined) return this.stateful
    if (restore === undefined && batches > 0) return undefined
    const runner = this.#makeRunner(isCareful)
    // the snapshot may be needed once more, as it is
    await runner.start(
      restore === undefined ? undefined : (restoreValue(structuredClone(restore.states)) as unknown[]),
    )
    runner.batches = restore?.batches ?? 0
    this.stateful = runner
    return runner
  }

  /** A runner has run its batch to the end. */
  give(runner: RegionRunner): void {
    if (runner !== this.stateful && !runner.isCareful) this.#free.push(runner)
  }

  /** Has a runner do its work; it is let go in the middle of it if the region is. */
  async busy<Result>(runner: RegionRunner, work: () => Promise<Result>): Promise<Result> {
    this.#busy.add(runner)
    try {
      return await work()
    } finally {
      this.#busy.delete(runner)
    }
  }

  /** `part`: as `Unit.part`, since one worker may have several parts of a batch. */
  pause(activation: number, part: string, runner: RegionRunner): void {
    this.#paused.set(pauseKey(activation, part), runner)
  }

  /** The runner that has more of this batch, or part. */
  resume(activation: number, part: string): RegionRunner | undefined {
    const key = pauseKey(activation, part)
    const runner = this.#paused.get(key)
    this.#paused.delete(key)
    return runner
  }

  /** Nobody asks for the rest of this batch, whatever parts of it are here. */
  drop(activation: number, reason: unknown): void {
    for (const runner of this.#takePaused(activation)) runner.dispose(reason)
  }

  /** The same in good order. Rejects with what fails in the clean-up. */
  async letGo(activation: number, timeoutMs: number): Promise<void> {
    await Promise.all(this.#takePaused(activation).map((runner) => runner.letGo(timeoutMs)))
  }

  #takePaused(activation: number): RegionRunner[] {
    const parts = [...this.#paused].filter(([key]) => key.startsWith(pauseKey(activation, '')))
    for (const [key] of parts) this.#paused.delete(key)
    return parts.map(([, runner]) => runner)
  }

  /** Whether something is kept that a message may still ask for. */
  get isNeeded(): boolean {
    return this.stateful !== undefined || this.#paused.size > 0
  }

  dispose(reason: unknown): void {
    this.stateful?.dispose(reason)
    for (const runner of [...this.#paused.values(), ...this.#busy]) runner.dispose(reason)
  }
}

function pauseKey(activation: number, part: string): string {
  return `${activation} ${part}`
}

const regions = new Map<string, Region>()
/** Runs that have ended, the latest ones: what still comes of them is not to be kept, since nothing would remove it. */
const ended = new Set<string>()
const MAX_ENDED = 1024

/** The region of this key, if this worker has met it. */
export function knownRegion(key: string): Region | undefined {
  return regions.get(key)
}

/** Loads a region's graph, if it has not been, and keeps the region. @throws {MillraceError} if its run has ended. */
export async function addRegion(
  key: string,
  ref: RegionRef,
): Promise<Region | Extract<LoadedGraph, { kind: 'mismatch' }>> {
  if (hasEnded(key)) throw runClosed()
  const graph = await loadGraph(ref.graph)
  if (hasEnded(key)) throw runClosed()
  if (graph.kind === 'mismatch') return graph
  const known = regions.get(key) // it may have come twice
  if (known !== undefined) return known
  const region = new Region(ref, graph.nodes)
  regions.set(key, region)
  for (const [other, { isNeeded }] of regions) {
    if (regions.size <= MAX_REGIONS) break
    if (!isNeeded) regions.delete(other)
  }
  return region
}

/** All keys of a run begin with its name, which ends with the first blank. */
function hasEnded(key: string): boolean {
  return ended.has(key.slice(0, key.indexOf(' ') + 1))
}

function runClosed(): MillraceError {
  return new MillraceError('RUN_CLOSED', 'The run has ended.')
}

/** A run has ended: nothing of it is needed any more, what is under way included. */
export function forgetRun(run: string): void {
  ended.add(run)
  if (ended.size > MAX_ENDED) ended.delete(ended.keys().next().value as string)
  for (const [key, region] of regions) {
    if (!key.startsWith(run)) continue
    region.dispose(runClosed())
    regions.delete(key)
  }
}
