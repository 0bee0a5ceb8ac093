/**
 * `Snapshots`: what the caller's thread keeps of parts that may have to begin anew: the last snapshot of each stage, and
 * what was told since. Made by `Recovery`.
 */

import type { SavedReader, SavedStage, Stamps } from './protocol.ts'

/** The snapshots of one run. */
export class Snapshots {
  readonly #stages = new Map<number, SavedStage>()
  /** By stage: in which order a merge has taken items since its snapshot. */
  readonly #orders = new Map<number, number[]>()
  /** By edge, as its reader's last snapshot has it, or as it stood when it closed. */
  readonly #readers = new Map<number, SavedReader>()

  /** By edge: when the items were emitted that its reader may ask for again. */
  readonly #stamps = new Map<number, Stamps[]>()

  /** Stores a snapshot. Returns the edges of which more is stored now than before, and up to where. */
  store(saved: SavedStage): (readonly [edge: number, position: number])[] {
    this.#stages.set(saved.index, saved)
    this.#orders.delete(saved.index)
    return saved.inbound.flatMap((at) => {
      const before = this.#readers.get(at.edge)
      this.#readers.set(at.edge, at)
      this.#forgetStamps(at)
      if (before?.consumed === at.consumed && before.closed === at.closed) return []
      return [[at.edge, at.closed ? Number.POSITIVE_INFINITY : at.consumed] as const]
    })
  }

  /** Items were emitted at these times. */
  noteStamps(edge: number, stamps: Stamps): void {
    const known = this.#stamps.get(edge)
    if (known === undefined) this.#stamps.set(edge, [stamps])
    else known.push(stamps)
  }

  #forgetStamps({ edge, consumed, closed }: SavedReader): void {
    const known = this.#stamps.get(edge)
    if (known === undefined) return
    const kept = closed ? known.length : known.findIndex(({ from, times }) => from + times.length > consumed)
    known.splice(0, kept < 0 ? known.length : kept)
  }

  stampsOf(edge: number): readonly Stamps[] {
    return this.#stamps.get(edge) ?? []
  }

  /** A merge has taken items in this order. */
  noteOrder(stage: number, runs: readonly number[]): void {
    const order = this.#orders.get(stage)
    if (order === undefined) this.#orders.set(stage, [...runs])
    else for (const run of runs) order.push(run)
  }

  /** The nodes of a stage have exited. */
  noteExit(stage: number): void {
    const saved = this.#stages.get(stage)
    if (saved !== undefined) this.#stages.set(stage, { ...saved, phase: 'exited' })
  }

  /** The reader of an edge is about to close it. */
  noteClosing(at: SavedReader): void {
    this.#readers.set(at.edge, at)
  }

  savedOf(stage: number): SavedStage | undefined {
    return this.#stages.get(stage)
  }

  orderOf(stage: number): readonly number[] {
    return this.#orders.get(stage) ?? []
  }

  readerOf(edge: number): SavedReader | undefined {
    return this.#readers.get(edge)
  }
}
