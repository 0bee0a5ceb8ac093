/** `OutputReader`: a run's open output as an async iterator. A slow reader holds the graph back. */

import type { Edge, EdgeEnd } from './edge.ts'

interface Asker {
  readonly resolve: (result: IteratorResult<unknown>) => void
  readonly reject: (error: unknown) => void
}

/** Reads an output of a graph from outside of the engine. While it takes nothing off its edge, the graph is held back. */
export interface PortReader extends EdgeEnd {
  /** The run was wired: items come from this edge. `look` has the engine see whether something can move now. */
  attach(edge: Edge, look: () => void): void
  /** Whether the graph may be waiting for this reader. */
  readonly isWaiting: boolean
  /** Items that have left the graph here, read or still to be read. */
  readonly delivered: number
}

/** Reads one edge from outside of the engine. */
export class OutputReader implements PortReader, AsyncIterableIterator<unknown> {
  /** Set when the graph is wired, before the first item. */
  #edge: Edge | undefined
  readonly #askers: Asker[] = []
  #closed = false
  #look: () => void = () => {}
  #failure: { readonly error: unknown } | undefined
  /** Comes after the last item. */
  #ending: { readonly error: unknown } | undefined

  /** The run was wired: items come from this edge. */
  attach(edge: Edge, look: () => void): void {
    this.#edge = edge
    this.#look = look
    edge.reader = this
    if (this.#closed) edge.close()
  }

  next(): Promise<IteratorResult<unknown>> {
    return new Promise((resolve, reject) => {
      this.#askers.push({ resolve, reject })
      this.wake()
      this.#look()
    })
  }

  /** Reads no more; writers that have no other reader stop. */
  return(value?: unknown): Promise<IteratorResult<unknown>> {
    this.#closed = true
    this.#edge?.close()
    this.wake()
    return Promise.resolve({ done: true, value })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  wake(): void {
    while (this.#askers.length > 0) {
      const edge = this.#edge
      const batch = this.#closed ? undefined : edge?.head
      if (edge !== undefined && batch !== undefined) {
        const value = batch.items[edge.at]
        edge.consume(1)
        this.#askers.shift()?.resolve({ done: false, value })
      } else if (this.#failure !== undefined) {
        this.#askers.shift()?.reject(this.#failure.error)
      } else if (this.#ending !== undefined && !this.#closed && edge?.ended === true) {
        this.#askers.shift()?.reject(this.#ending.error)
      } else if (this.#closed || edge?.ended === true) {
        this.#askers.shift()?.resolve({ done: true, value: undefined })
      } else return
    }
  }

  onItems(): void {
    this.wake()
  }

  onReaderGone(): void {}

  /** Whether the graph may be waiting for this reader. */
  get isWaiting(): boolean {
    return !this.#closed && this.#askers.length === 0 && (this.#edge?.items ?? 0) > 0
  }

  /** Items that have left the graph here, read or still to be read. */
  get delivered(): number {
    const edge = this.#edge
    return edge === undefined ? 0 : edge.sent - edge.dropped - edge.abandoned
  }

  /** The run is to end as failed, once everything under way has come: readers see the error after that. */
  failAtEnd(error: unknown): void {
    this.#ending ??= { error }
  }

  /** The run failed: readers see the error after what they could still read. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.wake()
  }
}
