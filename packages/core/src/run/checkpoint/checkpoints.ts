/**
 * `Checkpoints`: when a run's checkpoints are taken, how they become bytes in a store, and which one a run goes on from.
 * Made and called by `Run`.
 *
 * Two are kept: the newest may be torn by a crash of the machine, the one before was whole when it was begun.
 */

import { performance } from 'node:perf_hooks'
import type { Clock } from '../../contracts.ts'
import type { CutOptions } from '../../engine/cutter.ts'
import type { Engine } from '../../engine/engine.ts'
import { Histogram } from '../../engine/histogram.ts'
import type { EngineSnapshot } from '../../engine/snapshot.ts'
import { DamagedCheckpointsError, messageOf, OtherGraphError } from '../../errors.ts'
import { firstDifference } from '../../graph/fingerprint.ts'
import type { Graph } from '../../graph/graph.ts'
import type { Plan } from '../../plan/plan.ts'
import type { CheckpointStats } from '../../stats.ts'
import type { AnyTerm } from '../../term/types.ts'
import { graphLines, repeatingSinks, stageLines } from './check.ts'
import { type Checkpoint, decode, encode } from './codec.ts'
import type {
  CheckpointInfo,
  CheckpointOptions,
  CheckpointStore,
  CheckpointSummary,
  ResumeInfo,
} from './store.ts'

const DEFAULT_EVERY_MS = 10_000
const DEFAULT_TIMEOUT_MS = 60_000
/** Checkpoints that stay. */
const KEPT = 2

/** Whom a run's checkpoints tell. */
export interface CheckpointEvents {
  readonly onWritten: (info: CheckpointInfo) => void
  readonly onResumed: (info: ResumeInfo) => void
}

/** The checkpoints of one run. */
export class Checkpoints {
  readonly #options: CheckpointOptions
  readonly #store: CheckpointStore
  readonly #lines: readonly string[]
  readonly #repeating: readonly string[]
  readonly #events: CheckpointEvents
  readonly #clock: Clock
  #plan: Plan | undefined
  #engine: Engine | undefined
  #resumedFrom: number | undefined
  /** Number of the newest. */
  #newest = 0
  #written = 0
  readonly #durations = new Histogram()
  #bytes = 0
  #writing: Promise<unknown> | undefined
  #cancelPeriod: () => void = () => {}
  #cancelPatience: () => void = () => {}
  #isOpen = false
  #isOver = false

  constructor(
    options: CheckpointOptions,
    graph: Graph,
    term: AnyTerm,
    clock: Clock,
    events: CheckpointEvents,
  ) {
    this.#options = options
    this.#store = options.store
    this.#lines = graphLines(graph, term)
    this.#repeating = repeatingSinks(graph)
    this.#clock = clock
    this.#events = events
  }

  /** What the engine has to know. */
  get cuts(): CutOptions {
    const { everyItems } = this.#options
    return {
      everyItems,
      onAsked: () => this.#onAsked(),
      onCut: (snapshot, flushed) => this.#onCut(snapshot, flushed),
    }
  }

  /**
   * The newest checkpoint that is whole; `undefined` if there is none at all.
   *
   * @throws {OtherGraphError} if it is of another graph, or of other stages.
   * @throws {DamagedCheckpointsError} if there are some and none can be read.
   * @throws {InUseError} if another run keeps its checkpoints there.
   */
  async load(plan: Plan): Promise<EngineSnapshot | undefined> {
    this.#plan = plan
    await this.#store.open?.()
    this.#isOpen = true
    const ids = [...(await this.#store.list())].sort((a, b) => b - a)
    this.#newest = ids[0] ?? 0
    const damaged: string[] = []
    for (const id of ids) {
      const found = await this.#read(id, damaged)
      if (found === undefined) continue
      const { header, snapshot } = found
      this.#compare(header.graph, this.#lines, 'graph')
      this.#compare(header.stages, stageLines(plan), 'stages')
      this.#resumedFrom = id
      this.#events.onResumed({ id, damaged })
      return snapshot
    }
    if (damaged.length > 0) throw new DamagedCheckpointsError(this.#store.place, damaged)
    return undefined
  }

  async #read(id: number, damaged: string[]): Promise<Checkpoint | undefined> {
    try {
      return decode(await this.#store.read(id))
    } catch (error) {
      damaged.push(`checkpoint ${id}: ${messageOf(error)}`)
      return undefined
    }
  }

  #compare(saved: readonly string[], here: readonly string[], what: 'graph' | 'stages'): void {
    const difference = firstDifference(saved, here)
    if (difference !== undefined) throw new OtherGraphError(this.#store.place, what, ...difference)
  }

  /** The engine is about to begin: the first checkpoint is due at once, so that nothing needs to be cleared away. */
  begin(engine: Engine): void {
    this.#engine = engine
    const { everyMs, everyItems } = this.#options
    if (this.#resumedFrom === undefined) this.#ask()
    const period = everyMs ?? (everyItems === undefined ? DEFAULT_EVERY_MS : undefined)
    if (period !== undefined) this.#every(period, () => this.#ask())
  }

  #ask(): void {
    if (!this.#isOver) this.#engine?.cut()
  }

  #every(ms: number, callback: () => void): void {
    this.#cancelPeriod = this.#clock.after(ms, () => {
      this.#every(ms, callback)
      callback()
    })
  }

  #onAsked(): void {
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options
    this.#cancelPatience()
    this.#cancelPatience = this.#clock.after(timeoutMs, () => this.#engine?.giveUpCut())
  }

  /** Makes bytes of it at once: the states change with the next item. */
  #onCut(snapshot: EngineSnapshot, flushed: Promise<unknown>): Promise<boolean> {
    const begun = performance.now()
    this.#cancelPatience()
    flushed.catch(() => undefined) // awaited below, or of a checkpoint that is not to be
    if (this.#isOver) return Promise.resolve(false)
    const id = ++this.#newest
    const header = {
      id,
      time: new Date().toISOString(),
      node: process.version,
      graph: this.#lines,
      stages: stageLines(this.#plan as Plan),
    }
    const parts = encode(header, snapshot, this.#plan as Plan)
    const writing = this.#write(id, parts, flushed, begun).then(
      () => true,
      (error: unknown) => {
        this.#engine?.fail(error)
        return false
      },
    )
    this.#writing = writing
    return writing
  }

  async #write(id: number, parts: Uint8Array[], flushed: Promise<unknown>, begun: number): Promise<void> {
    await flushed
    const bytes = Buffer.concat(parts)
    await this.#store.write(id, bytes)
    this.#written++
    const old = (await this.#store.list()).filter((each) => each <= id - KEPT)
    for (const each of old) await this.#store.remove(each)
    const elapsedMs = performance.now() - begun
    this.#durations.add(elapsedMs)
    this.#bytes = bytes.length
    this.#events.onWritten({ id, bytes: bytes.length, elapsedMs })
  }

  /** Takes no more, and lets go of the store once the one under way is written. */
  async end(): Promise<void> {
    await this.#rest()
    if (this.#isOpen) await this.#store.close?.()
    this.#isOpen = false
  }

  async #rest(): Promise<void> {
    this.#isOver = true
    this.#cancelPeriod()
    this.#cancelPatience()
    await this.#writing
  }

  /** All is done: nothing is to be gone on with, so the next run begins anew. Oldest first, in case of a crash. */
  async clear(): Promise<void> {
    await this.#rest()
    const ids = [...(await this.#store.list())].sort((a, b) => a - b)
    for (const id of ids) await this.#store.remove(id)
  }

  get stats(): CheckpointStats {
    return { durations: this.#durations.figures, bytes: this.#bytes }
  }

  get summary(): CheckpointSummary {
    return {
      resumedFrom: this.#resumedFrom,
      written: this.#written,
      givenUp: this.#engine?.cutsGivenUp ?? 0,
      repeating: this.#repeating,
    }
  }
}
