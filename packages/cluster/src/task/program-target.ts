/**
 * What a program is handed of a run over hosts: its dead letters, and the items of the outputs that it reads. Each once, as
 * long as the program lives: a task that was restored begins before what was handed over already, and that is left out.
 * Of what a program was handed before it was started again, up to one chunk of each edge comes again, and what came after
 * the last commit. Called by `GatherWork`.
 */

import type { DeadLetter } from '@millrace/core'
import { Edge, estimateBytes, onAbort, type ReadOutput } from '@millrace/core/engine'
import type { ReadPosition } from '../port/records.ts'
import { type GatheredFrom, type GatherTarget, type Lying, PROGRAM } from './gather-work.ts'

/** The newest chunk of an edge of which items were handed over. */
interface Handed {
  readonly position: ReadPosition
  readonly items: number
}

abstract class ProgramTarget<Item> implements GatherTarget<Item> {
  readonly place = PROGRAM
  readonly knowsWhatItHas = true
  position = 0
  readonly #handed = new Map<string, Handed>()

  async begin(): Promise<void> {}

  async sync(): Promise<void> {}

  async add(items: readonly Item[], { edge, position, signal }: GatheredFrom): Promise<Lying | undefined> {
    const before = this.#handed.get(edge)
    const order = before === undefined ? 1 : compare(position, before.position)
    // one that was handed over before may still lie there
    if (order < 0) return this.lying()
    for (let at = order === 0 ? (before as Handed).items : 0; at < items.length && !signal.aborted; ) {
      const count = await this.hand(items.slice(at, at + this.atOnce), signal)
      at += count
      this.position += count
      this.#handed.set(edge, { position, items: at })
    }
    return this.lying()
  }

  /** Items handed over in one go. */
  protected abstract readonly atOnce: number

  /** Resolves to how many were handed over, from the first one on: none if `signal` has aborted before there was room. */
  protected abstract hand(items: readonly Item[], signal: AbortSignal): Promise<number>

  /** What was handed over so far and lies there. */
  protected lying(): Lying | undefined {
    return undefined
  }
}

function compare(one: ReadPosition, other: ReadPosition): number {
  return one.transaction - other.transaction || one.chunk - other.chunk
}

/** Hands dead letters to the run of a program. */
export class ProgramLetters extends ProgramTarget<DeadLetter> {
  protected readonly atOnce = 1
  readonly #take: (letter: DeadLetter) => void | Promise<void>

  /** `take`: a promise holds back what comes after. */
  constructor(take: (letter: DeadLetter) => void | Promise<void>) {
    super()
    this.#take = take
  }

  protected async hand([letter]: readonly DeadLetter[], signal: AbortSignal): Promise<number> {
    await orAborted(Promise.resolve(this.#take(letter as DeadLetter)), signal)
    return 1
  }
}

/** Items that a reader has not taken yet. */
const CAPACITY_ITEMS = 1024

/** Where a chunk ends among all items of an output, and who is told once those before have been taken. */
interface Mark {
  readonly at: number
  readonly onTaken: () => void
}

/**
 * Hands the items of an output to whoever reads it, as far as an edge has room. An item has been taken once its reader asks
 * for the next one, or leaves: until then it may be at work on it, and a crash would lose that.
 */
export class ProgramOutput extends ProgramTarget<unknown> {
  protected readonly atOnce = CAPACITY_ITEMS
  readonly #edge: Edge
  #onRoom: () => void = () => {}
  readonly #closeListeners = new Set<() => void>()
  #isClosed = false
  /** Items that the reader was given, and those of them that it was given as it asked last. */
  #given = 0
  #newest = 0
  #isPushing = false
  #taken = 0
  #marks: Mark[] = []

  constructor({ node, name, output, reader }: ReadOutput) {
    super()
    const onGiven = (count: number): void => {
      this.#given += count
      // one that is given as it comes was asked for before
      if (!this.#isPushing) this.#newest += count
    }
    class HandedEdge extends Edge {
      override consume(count: number): void {
        super.consume(count)
        onGiven(count)
      }
    }
    this.#edge = new HandedEdge(
      node.id,
      `output(${name})`,
      name,
      { capacityItems: CAPACITY_ITEMS },
      new Set(),
    )
    this.#edge.output = output
    this.#edge.writer = {
      wake: () => this.#onRoom(),
      onItems() {},
      onReaderGone: () => {
        this.#isClosed = true
        for (const listener of this.#closeListeners) listener()
        this.#onRoom()
        this.#take()
      },
    }
    // the reader has just asked for an item
    reader.attach(this.#edge, () => {
      this.#taken = this.#given - this.#newest
      this.#newest = 0
      this.#take()
    })
  }

  onClosed(listener: () => void): () => void {
    if (this.#isClosed) listener()
    this.#closeListeners.add(listener)
    return () => void this.#closeListeners.delete(listener)
  }

  #take(): void {
    const isTaken = ({ at }: Mark): boolean => this.#isClosed || at <= this.#taken
    const taken = this.#marks.filter(isTaken)
    if (taken.length === 0) return
    this.#marks = this.#marks.filter((mark) => !isTaken(mark))
    for (const { onTaken } of taken) onTaken()
  }

  protected async hand(items: readonly unknown[], signal: AbortSignal): Promise<number> {
    const itemBytes = estimateBytes(items[0])
    let room = 0
    for (;;) {
      if (this.#isClosed) return items.length
      room = this.#edge.room(itemBytes)
      if (room > 0) break
      if (signal.aborted) return 0
      const hasRoom = new Promise<void>((resolve) => {
        this.#onRoom = resolve
      })
      this.#edge.park(itemBytes)
      await orAborted(hasRoom, signal)
    }
    const count = Math.min(room, items.length)
    this.#isPushing = true
    this.#edge.push({ items, from: 0, to: count, times: undefined, itemBytes })
    this.#isPushing = false
    return count
  }

  protected override lying(): Lying | undefined {
    const at = this.position
    if (this.#isClosed || at <= this.#taken) return undefined
    const taken = new Promise<void>((onTaken) => {
      this.#marks.push({ at, onTaken })
    })
    return { taken }
  }

  /** Nothing follows. */
  end(): void {
    this.#edge.end()
  }
}

async function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  let stop: () => void = () => {}
  const aborted = new Promise<void>((resolve) => {
    stop = onAbort(signal, resolve)
  })
  try {
    await Promise.race([promise, aborted])
  } finally {
    stop()
  }
}
