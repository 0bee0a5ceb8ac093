/**
 * What a program is handed of a run over hosts: its dead letters, and the items of the outputs that it reads. Each once, as
 * long as the program lives: a task that was restored begins before what was handed over already, and that is left out.
 * Called by `GatherWork`.
 */

import type { DeadLetter } from '@millrace/core'
import { Edge, estimateBytes, onAbort, type ReadOutput } from '@millrace/core/engine'
import type { ReadPosition } from '../port/records.ts'
import { type GatheredFrom, type GatherTarget, PROGRAM } from './gather-work.ts'

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

  async add(items: readonly Item[], { edge, position, signal }: GatheredFrom): Promise<void> {
    const before = this.#handed.get(edge)
    const order = before === undefined ? 1 : compare(position, before.position)
    if (order < 0) return
    for (let at = order === 0 ? (before as Handed).items : 0; at < items.length && !signal.aborted; ) {
      const count = await this.hand(items.slice(at, at + this.atOnce), signal)
      at += count
      this.position += count
      this.#handed.set(edge, { position, items: at })
    }
  }

  /** Items handed over in one go. */
  protected abstract readonly atOnce: number

  /** Resolves to how many were handed over, once there is room for more or `signal` has aborted. */
  protected abstract hand(items: readonly Item[], signal: AbortSignal): Promise<number>
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

/** Hands the items of an output to whoever reads it. */
export class ProgramOutput extends ProgramTarget<unknown> {
  protected readonly atOnce = CAPACITY_ITEMS
  readonly #edge: Edge
  #onRoom: () => void = () => {}
  #onClosed: () => void = () => {}
  readonly closed = new Promise<void>((resolve) => {
    this.#onClosed = resolve
  })

  constructor({ node, name, output, reader }: ReadOutput) {
    super()
    const onRoom = (): void => this.#onRoom()
    class HandedEdge extends Edge {
      override consume(count: number): void {
        super.consume(count)
        if (this.items === 0) onRoom()
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
      wake() {},
      onItems() {},
      onReaderGone: () => {
        this.#onClosed()
        this.#onRoom()
      },
    }
    reader.attach(this.#edge, () => {})
  }

  protected async hand(items: readonly unknown[], signal: AbortSignal): Promise<number> {
    const room = new Promise<void>((resolve) => {
      this.#onRoom = resolve
    })
    const itemBytes = estimateBytes(items[0])
    this.#edge.push({ items, from: 0, to: items.length, times: undefined, itemBytes })
    // those that lie there are the reader's: they count as handed over when it takes its time
    if (this.#edge.items > 0) await orAborted(room, signal)
    return items.length
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
