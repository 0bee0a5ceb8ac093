/**
 * `HybridPlacement`: each source on a worker of its own, stateless function terms on a pool, everything else on the
 * caller's thread. Called by `placementFor`.
 *
 * The pool is served first: it makes do with the workers it was promised, and sources are given the threads that are
 * still free. A source without a thread, or that no worker can build, runs on the caller's thread, as under `pool`.
 */

import type { EdgeOptions, Health, ThreadStats } from '@millrace/core'
import type {
  Edge,
  EdgePlace,
  Inlet,
  Node,
  NodePlace,
  Origins,
  Outlet,
  Placement,
  Plan,
  Stage,
  StageHost,
  StagePlan,
} from '@millrace/core/engine'
import type { SchedulerOptions } from '../options.ts'
import { dealOne } from '../parts/deal.ts'
import { whyNot } from '../parts/may-go.ts'
import { PartsPlacement } from '../parts/parts-placement.ts'
import { PoolPlacement } from '../pool/pool-placement.ts'
import type { HostThread } from '../threads/host-thread.ts'
import { acquireThreads } from '../threads/thread-cache.ts'
import { threadOptions } from '../threads/thread-options.ts'

/** Runs sources on workers of their own, and function terms on a pool. */
export class HybridPlacement implements Placement {
  readonly #sources: SourceParts
  readonly #pool: PoolPlacement

  /** @throws {InvalidOptionError} for options out of range. */
  constructor(options: SchedulerOptions) {
    this.#sources = new SourceParts(options)
    this.#pool = new PoolPlacement(options)
    this.#pool.sharesSources = false
  }

  set needsSingleItems(needs: boolean) {
    this.#pool.needsSingleItems = needs
  }

  mayFuse(from: Node, to: Node, origins: Origins): boolean {
    return this.#sources.mayFuse(from, to, origins) && this.#pool.mayFuse(from, to, origins)
  }

  /** @throws {NotAGraphModuleError} if a term that should go to the pool was not built by a graph module. */
  async open(plan: Plan, origins: Origins): Promise<void> {
    await this.#pool.open(plan, origins)
    await this.#sources.open(plan, origins)
  }

  survey(plan: Plan, origins: Origins): readonly NodePlace[] {
    const pooled = this.#pool.survey(plan, origins)
    const sources = this.#sources.survey(plan, origins).filter(({ runsOn }) => runsOn === 'workers')
    const away = new Map(sources.map((place) => [place.node, place]))
    return pooled.map((place) => away.get(place.node) ?? place)
  }

  group(plan: Plan): Plan {
    return this.#pool.group(plan)
  }

  makeEdge(place: EdgePlace, options: EdgeOptions, parked: Set<Edge>): Edge | undefined {
    return this.#sources.makeEdge(place, options, parked)
  }

  makeStage(plan: StagePlan, inlet: Inlet, outlet: Outlet, host: StageHost): Stage | undefined {
    return (
      this.#sources.makeStage(plan, inlet, outlet, host) ?? this.#pool.makeStage(plan, inlet, outlet, host)
    )
  }

  pause(): void {
    this.#sources.pause()
  }

  resume(): void {
    this.#sources.resume()
  }

  set onHealth(listener: ((health: Health) => void) | undefined) {
    this.#pool.onHealth = listener
  }

  stats(elapsedMs: number): ThreadStats {
    const [sources, pool] = [this.#sources.stats(elapsedMs), this.#pool.stats(elapsedMs)]
    const refused = pool.health.refused + sources.health.refused
    const lost = pool.health.lost + sources.health.lost
    return {
      budget: sources.budget + pool.budget,
      peak: sources.peak + pool.peak,
      errors: sources.errors + pool.errors,
      // sources make do without a thread; the pool's level is the run's
      health: { ...pool.health, refused, lost },
      workers: [...sources.workers, ...pool.workers],
    }
  }

  /** The threads that run sources now: for tests that end them. */
  get threads(): readonly HostThread[] {
    return this.#sources.threads
  }

  async close(): Promise<void> {
    this.#pool.close()
    await this.#sources.close()
  }
}

/** The sources of a graph, a worker each. */
class SourceParts extends PartsPlacement {
  constructor(options: SchedulerOptions) {
    const threads = threadOptions(options)
    super({ threads, deal: dealOne, acquire: (stages) => acquireThreads(stages, 0, threads) })
  }

  protected override whyHere(node: Node, origins: Origins): string | undefined {
    const { kind } = node.leaf.kernel()
    return kind === 'source' || kind === 'batches' ? whyNot(node, origins) : 'it is no source'
  }

  protected override foresee(): string {
    return 'it is a source, with a worker of its own where a thread is free'
  }
}
