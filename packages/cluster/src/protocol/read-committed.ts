/**
 * `readCommitted`: the committed chunks of an edge, in order, each once.
 *
 * A chunk counts once the marker of its transaction has come, if it is of the marker's epoch. An owner that was fenced may
 * have left chunks of the same transaction: they are dropped with it. Markers come again after a restore, and chunks may
 * come twice or late: what is of a transaction already taken is passed over.
 */

import type { Clock } from '@millrace/core'
import { BrokenLogError, OutcomeUnknownError } from '../errors.ts'
import type { Chunk, Marker, ReadPosition } from '../port/records.ts'
import type { Received, Substrate } from '../port/substrate.ts'
import { pause } from './persist.ts'

/** A stream that has stopped is read again after this. */
const AGAIN_MS = 200

/** A committed chunk. */
export interface CommittedChunk {
  readonly payload: Uint8Array
  /** The place behind it. */
  readonly position: ReadPosition
}

/** The chunks of one transaction of one epoch that have come so far. */
interface Pending {
  readonly transaction: number
  readonly first: number
  readonly chunks: Map<number, Chunk>
}

/** How an edge is read. */
export interface ReadOptions {
  readonly substrate: Substrate
  readonly clock: Clock
  readonly edge: string
  readonly from: ReadPosition
  readonly signal: AbortSignal
  /** Puts the messages in order. Tests put others in its place. */
  readonly reader?: CommittedReader
}

/**
 * Reads an edge from a position on, until it ends. A connection that is lost is no end: it reads on behind what has come.
 *
 * @throws {BrokenLogError} if something is missing. @throws the reason of `signal` once that aborts.
 */
export async function* readCommitted(options: ReadOptions): AsyncGenerator<CommittedChunk, void, undefined> {
  const { substrate, clock, edge, from, signal, reader = new CommittedReader(edge, from) } = options
  let next = from.sequence
  while (!from.closed) {
    try {
      for await (const received of substrate.read(edge, next, signal)) {
        next = received.sequence + 1
        yield* reader.take(received)
        if (reader.isEnded) return
      }
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) throw error
    }
    await pause(clock, AGAIN_MS, signal)
    // an end that is none must not be taken for the edge's
    signal.throwIfAborted()
  }
}

/** Puts the messages of an edge in order. */
export class CommittedReader {
  readonly #edge: string
  #next: number
  /** Chunks of the next transaction that were taken before. */
  #taken: number
  #bytes: number
  readonly #pending = new Map<string, Pending>()
  /** The edge has ended, and all of it was taken. */
  isEnded = false

  constructor(edge: string, from: ReadPosition) {
    this.#edge = edge
    this.#next = from.transaction
    this.#taken = from.chunk
    this.#bytes = from.bytes
  }

  /** Takes a message in; returns the chunks that are committed with it. */
  take({ sequence, message }: Received): CommittedChunk[] {
    if (this.isEnded) return []
    if (message.kind === 'chunk') {
      if (message.transaction >= this.#next) this.#keep(sequence, message)
      return []
    }
    if (this.isApplied(message.transaction, this.#next)) return []
    return message.transaction === this.#next ? this.#commit(sequence, message) : this.#refuse(message)
  }

  /** Whether a transaction was taken before. */
  protected isApplied(transaction: number, next: number): boolean {
    return transaction < next
  }

  #keep(sequence: number, chunk: Chunk): void {
    const { epoch, transaction } = chunk
    const key = `${transaction} ${epoch}`
    const known = this.#pending.get(key)
    if (known === undefined) {
      this.#pending.set(key, { transaction, first: sequence, chunks: new Map([[chunk.index, chunk]]) })
    } else if (!known.chunks.has(chunk.index)) known.chunks.set(chunk.index, chunk)
  }

  #commit(sequence: number, { epoch, transaction, count, end }: Marker): CommittedChunk[] {
    const of = this.#pending.get(`${transaction} ${epoch}`)
    for (const [key, pending] of this.#pending) {
      if (pending.transaction <= transaction) this.#pending.delete(key)
    }
    const committed: CommittedChunk[] = []
    let parts: Uint8Array[] = []
    for (let index = 0; index < count; index++) {
      const chunk = of?.chunks.get(index)
      if (chunk === undefined) {
        throw new BrokenLogError(
          `chunk ${index} of ${count} of transaction ${transaction} is missing on edge ${this.#edge}`,
        )
      }
      parts.push(chunk.payload)
      if (chunk.more) continue
      const payload = parts.length === 1 ? chunk.payload : Buffer.concat(parts)
      parts = []
      if (index < this.#taken) continue
      this.#bytes += payload.length
      const isLast = index === count - 1
      committed.push({
        payload,
        position: {
          transaction: isLast ? transaction + 1 : transaction,
          chunk: isLast ? 0 : index + 1,
          sequence: isLast ? this.#lowestNeeded(sequence + 1) : (of?.first as number),
          bytes: this.#bytes,
          closed: isLast && end,
        },
      })
    }
    this.#next = transaction + 1
    this.#taken = 0
    this.isEnded = end
    return committed
  }

  #lowestNeeded(next: number): number {
    let lowest = next
    for (const { first } of this.#pending.values()) lowest = Math.min(lowest, first)
    return lowest
  }

  #refuse({ transaction }: Marker): never {
    throw new BrokenLogError(
      `transaction ${transaction} came on edge ${this.#edge} where ${this.#next} was to come`,
    )
  }
}
