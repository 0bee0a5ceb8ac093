/**
 * `Cutter`: takes snapshots of a running engine. Called by `Engine`; knows nothing of files.
 *
 * The engine sees every edge of the run, and acts between activations only. So a snapshot needs no barriers that flow
 * with the items (K. Chandy, L. Lamport, "Distributed snapshots", ACM TOCS 1985; P. Carbone et al., "Lightweight
 * asynchronous snapshots for distributed dataflows", 2015): at one instant it holds the states, the positions, and what
 * lies on the edges. It takes no notice of the order in which items came, and holds nobody back to align them.
 *
 * What keeps from cutting at any instant is what is half done: a promise, an iterator in the middle. Stages with
 * such are waited for, while those before them are held, sources first. Nobody is held whose output a stage behind it
 * needs, so all come to rest, one after the other; where they do not, the cut is given up and asked for again later.
 */

import { performance } from 'node:perf_hooks'
import type { Edge } from './edge.ts'
import type { EngineSnapshot } from './snapshot.ts'
import type { Stage } from './stage.ts'
import { flushSinks } from './stage-snapshot.ts'

/** A cut that is wanted, and was given up, is asked for again after so many ms at least. */
const ASK_AGAIN_MS = 50

/** When snapshots are taken, and who gets them. */
export interface CutOptions {
  /** Asks for a cut each time the sources have given so many items. */
  readonly everyItems: number | undefined
  /** A cut is due; it is taken at once, unless something is half done. */
  onAsked(): void
  /**
   * Handed a snapshot at once: what it refers to changes with the next activation. It counts once `flushed` resolves:
   * then what the sinks' positions speak of would survive a crash. No cut is taken before what it returns resolves: to
   * whether the snapshot is stored.
   */
  onCut(snapshot: EngineSnapshot, flushed: Promise<unknown>): Promise<boolean>
}

/** What a cut needs of its engine. */
interface CutHost {
  readonly stages: readonly Stage[]
  readonly edges: readonly Edge[]
  readonly results: () => EngineSnapshot['results']
  readonly grown: () => number
  /** No stage begins anything new from now on; until `release`. */
  readonly hold: () => void
  readonly release: () => void
  /** Has `ask` called after so many ms, from outside of an activation. */
  readonly askAgain: (delayMs: number) => void
}

/** Stops stages where they can be saved, saves all of them at one instant, and lets them go on. */
export class Cutter {
  readonly #host: CutHost
  readonly #options: CutOptions
  /** Stages, those that feed others first; with those that feed each but for the way back of a cycle. */
  #order: readonly { readonly stage: Stage; readonly before: readonly Stage[] }[] | undefined
  readonly #given = new Map<Stage, number>()
  #sinceCut = 0
  /** The snapshot before is still being kept. */
  #isKeeping = false
  #keeping: Promise<void> = Promise.resolve()
  #isClosed = false
  /** Somebody waits for a cut, and for no longer than until it is taken. */
  #isWanted = false
  /** Called once the next cut is stored. */
  readonly #awaited: (() => void)[] = []
  #askedAt = 0
  /** A cut was asked for and has not been taken. */
  isAsked = false
  /** Cuts that were given up. */
  givenUp = 0

  constructor(host: CutHost, options: CutOptions) {
    this.#host = host
    this.#options = options
  }

  /** A source has run. Returns whether a cut became due with what it gave. */
  count(source: Stage): boolean {
    if (this.#options.everyItems === undefined) return false
    const given = source.records[0]?.born ?? 0
    this.#sinceCut += given - (this.#given.get(source) ?? 0)
    this.#given.set(source, given)
    return this.#isDue && this.ask()
  }

  get #isDue(): boolean {
    return this.#sinceCut >= (this.#options.everyItems ?? Number.POSITIVE_INFINITY)
  }

  /** Has a cut taken as soon as all are at rest. Returns whether it was not due already. */
  ask(): boolean {
    if (this.isAsked || this.#isKeeping || this.#isClosed) return false
    this.isAsked = true
    this.#askedAt = performance.now()
    this.#host.hold()
    this.#options.onAsked()
    return true
  }

  /** As `ask`, and again until a cut is taken. Returns whether one is to come: none does once it is closed. */
  keep(): boolean {
    if (this.#isClosed) return false
    this.#isWanted = true
    this.ask()
    return true
  }

  /** Resolves once a cut is stored that is taken from now on, or once it is sure that there is none. */
  stored(): Promise<void> {
    return new Promise((resolve) => {
      if (this.keep()) this.#awaited.push(resolve)
      else resolve()
    })
  }

  /** Resolves once no snapshot is on its way to where it is kept. */
  async settled(): Promise<void> {
    await this.#keeping
  }

  /** Whether a stage must not run now; it is woken again after the cut. */
  holds(stage: Stage): boolean {
    return stage.isHalting && stage.isSettled
  }

  /** Holds whom it may, and cuts if all are at rest. Returns whether it did. */
  step(): boolean {
    this.#order ??= orderOf(this.#host.stages)
    let isQuiet = true
    for (const { stage, before } of this.#order) {
      if (stage.isDone) continue
      const isFed = before.some((other) => !other.isDone && !(other.isHalting && other.isSettled))
      if (!isFed) stage.halt()
      if (isFed || !stage.isSettled) isQuiet = false
    }
    if (isQuiet) this.#cut()
    return isQuiet
  }

  #cut(): void {
    const { stages, edges, results, grown } = this.#host
    const snapshot = {
      stages: stages.map((stage) => stage.snapshot()),
      edges: edges.map((edge) => edge.save()),
      results: results(),
      grown: grown(),
    }
    const flushed = Promise.all(stages.flatMap(flushSinks))
    const awaited = this.#awaited.splice(0)
    this.#release()
    this.#isWanted = false
    this.#isKeeping = true
    this.#keeping = this.#options.onCut(snapshot, flushed).then((isStored) => {
      this.#isKeeping = false
      for (const stage of stages) {
        if (isStored) stage.onKept()
        else stage.onNotKept()
      }
      for (const resolve of awaited) resolve()
      // a source that waits for this very cut gives nothing that would ask for it
      if (this.#isWanted || (isStored && this.#isDue)) this.#host.askAgain(0)
    })
  }

  /** No cut is taken any more. */
  close(): void {
    this.#isClosed = true
    if (this.isAsked) this.#release()
    if (this.#isWanted) for (const stage of this.#host.stages) stage.wake()
    for (const resolve of this.#awaited.splice(0)) resolve()
  }

  /** Lets all go on without a cut. */
  giveUp(): void {
    if (!this.isAsked) return
    this.givenUp++
    this.#release()
    // it is held for as long at a time as it may go on
    if (this.#isWanted) this.#host.askAgain(Math.max(ASK_AGAIN_MS, performance.now() - this.#askedAt))
  }

  #release(): void {
    this.isAsked = false
    this.#host.release()
    this.#sinceCut = 0
    for (const stage of this.#host.stages) stage.goOn()
  }
}

/** Stages in an order in which each comes after those that feed it; cycles are cut where they are entered. */
function orderOf(stages: readonly Stage[]): { stage: Stage; before: Stage[] }[] {
  const placed = new Set<unknown>()
  const open = new Map<Stage, Set<Stage>>()
  const readers = new Map<Stage, Stage[]>()
  for (const stage of stages) {
    const writers = new Set(stage.inlet.edges.map(({ writer }) => writer as Stage))
    writers.delete(stage)
    open.set(stage, writers)
    for (const writer of writers) readers.set(writer, [...(readers.get(writer) ?? []), stage])
  }
  const order: { stage: Stage; before: Stage[] }[] = []
  const free = stages.filter((stage) => open.get(stage)?.size === 0)
  const place = (stage: Stage): void => {
    const before = stage.inlet.edges.map(({ writer }) => writer as Stage).filter((each) => placed.has(each))
    placed.add(stage)
    order.push({ stage, before })
    for (const reader of readers.get(stage) ?? []) {
      const writers = open.get(reader)
      writers?.delete(stage)
      if (writers?.size === 0 && !placed.has(reader)) free.push(reader)
    }
  }
  let next = 0
  while (order.length < stages.length) {
    const stage = free.shift()
    if (stage !== undefined) {
      if (!placed.has(stage)) place(stage)
      continue
    }
    while (placed.has(stages[next])) next++
    place(stages[next] as Stage)
  }
  return order
}
