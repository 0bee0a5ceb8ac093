/**
 * What a worker keeps of the regions that it has met: their nodes, runners that are free, batches that have more to
 * give, states. Called by `run-task.ts`.
 */

import { MillraceError } from '@millrace/core'
import type { Node } from '@millrace/core/engine'
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
  /** Batches that have more to give. */
  readonly #paused = new Map<number, RegionRunner>()

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
    await runner.start(restore?.states)
    runner.batches = restore?.batches ?? 0
    this.stateful = runner
    return runner
  }

  /** A runner has run its batch to the end. */
  give(runner: RegionRunner): void {
    if (runner !== this.stateful && !runner.isCareful) this.#free.push(runner)
  }

  pause(activation: number, runner: RegionRunner): void {
    this.#paused.set(activation, runner)
  }

  /** The runner that has more of this batch. */
  resume(activation: number): RegionRunner | undefined {
    const runner = this.#paused.get(activation)
    this.#paused.delete(activation)
    return runner
  }

  /** Whether something is kept that a message may still ask for. */
  get isNeeded(): boolean {
    return this.stateful !== undefined || this.#paused.size > 0
  }

  dispose(reason: unknown): void {
    this.stateful?.dispose(reason)
    for (const runner of this.#paused.values()) runner.dispose(reason)
  }
}

const regions = new Map<string, Region>()
/** Keys of regions that are being loaded, for runs that have not ended. */
const loading = new Set<string>()

/** The region of this key, if this worker has met it. */
export function knownRegion(key: string): Region | undefined {
  return regions.get(key)
}

/** Loads a region's graph, if it has not been, and keeps the region. */
export async function addRegion(
  key: string,
  ref: RegionRef,
): Promise<Region | Extract<LoadedGraph, { kind: 'mismatch' }>> {
  loading.add(key)
  const graph = await loadGraph(ref.graph).catch((error: unknown) => {
    loading.delete(key)
    throw error
  })
  const isOver = !loading.delete(key)
  if (graph.kind === 'mismatch') return graph
  const known = regions.get(key) // it may have come twice
  if (known !== undefined) return known
  const region = new Region(ref, graph.nodes)
  if (isOver) return region // to be kept for nobody
  regions.set(key, region)
  for (const [other, { isNeeded }] of regions) {
    if (regions.size <= MAX_REGIONS) break
    if (!isNeeded) regions.delete(other)
  }
  return region
}

/** A run has ended: nothing of it is needed any more. */
export function forgetRun(run: string): void {
  for (const key of loading) if (key.startsWith(run)) loading.delete(key)
  for (const [key, region] of regions) {
    if (!key.startsWith(run)) continue
    region.dispose(new MillraceError('RUN_CLOSED', 'The run has ended.'))
    regions.delete(key)
  }
}
