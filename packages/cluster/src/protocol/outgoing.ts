/**
 * `Outgoing`: one output edge of a task: chunks now, the transaction's marker once it is committed. Credit bounds what
 * lies between the two hosts: bytes given and not yet in the reader's committed positions.
 *
 * Markers are exempt from credit: without them no reader could free any.
 */

import { BEGIN, type Marker, type ReadPosition, type WrittenTransaction } from '../port/records.ts'

const STARVED_MS = 10_000
/** Credit of one edge at most. */
const MOST_CREDIT_BYTES = 1024 * 1024 * 1024

/** Sends a message, and keeps at it until it is safe. */
export type Send = (message: Parameters<import('../port/substrate.ts').Substrate['send']>[1]) => Promise<void>

/** What an output is made of. */
export interface OutgoingOptions {
  readonly epoch: number
  /** What was committed last; its marker is sent again. */
  readonly written: WrittenTransaction | undefined
  /** Bytes that may be on their way. */
  readonly creditBytes: number
  /** Largest payload of one message. */
  readonly messageBytes: number
  readonly send: Send
}

/** One output of a task that has an owner. */
export class Outgoing {
  readonly #options: OutgoingOptions
  #committed: WrittenTransaction | undefined
  #transaction: number
  #count = 0
  #bytes: number
  #sends: Promise<void>[] = []
  #applied: ReadPosition = BEGIN
  #creditBytes: number
  /** Since when there has been no credit, with nothing taken by the reader. */
  #starvedAt: number | undefined

  constructor(options: OutgoingOptions) {
    this.#options = options
    this.#committed = options.written
    this.#creditBytes = options.creditBytes
    this.#transaction = (options.written?.transaction ?? 0) + 1
    this.#bytes = options.written?.bytes ?? 0
  }

  /** What the reader has committed to have taken, as far as is known here. */
  applied(position: ReadPosition): void {
    if (position.bytes <= this.#applied.bytes && !position.closed) return
    this.#applied = position
    this.#starvedAt = undefined
  }

  /** Whether the reader wants no more. */
  get isClosed(): boolean {
    return this.#applied.closed
  }

  /** Whether more may be given now. */
  get hasRoom(): boolean {
    return this.isClosed || this.#bytes - this.#applied.bytes < this.#creditBytes
  }

  /**
   * Doubles the credit of an edge that has had none for long, up to a limit: its reader may wait for another edge that
   * this task, or one before it, feeds (T. Parks 1995: the bound of a stalled channel grows). Returns whether it did.
   */
  growIfStarved(now: number): boolean {
    if (this.hasRoom) this.#starvedAt = undefined
    else this.#starvedAt ??= now
    return this.#starvedAt !== undefined && now - this.#starvedAt >= STARVED_MS && this.grow()
  }

  /** Doubles the credit of an edge that has none left, up to a limit. Returns whether it did. */
  grow(): boolean {
    if (this.hasRoom || this.#creditBytes >= MOST_CREDIT_BYTES) return false
    this.#creditBytes *= 2
    this.#starvedAt = undefined
    return true
  }

  /** Whether something was given since the last cut. */
  get isOpen(): boolean {
    return this.#count > 0
  }

  /** Gives the items of a chunk to the transaction that is open. */
  write(payload: Uint8Array): void {
    const { epoch, messageBytes, send } = this.#options
    this.#bytes += payload.length
    if (this.isClosed) return
    for (let at = 0; at === 0 || at < payload.length; at += messageBytes) {
      const part = payload.subarray(at, at + messageBytes)
      const chunk = { kind: 'chunk', epoch, transaction: this.#transaction, index: this.#count++ } as const
      const sent = send({ ...chunk, more: at + messageBytes < payload.length, payload: part })
      sent.catch(() => undefined) // awaited before the commit
      this.#sends.push(sent)
    }
  }

  /**
   * Closes the transaction that is open. Returns what the commit is to say of this edge, and a promise that all chunks are
   * safe. An empty transaction is none, unless it ends the edge.
   */
  close(end: boolean): { readonly written: WrittenTransaction | undefined; readonly safe: Promise<unknown> } {
    const safe = Promise.all(this.#sends)
    safe.catch(() => undefined)
    this.#sends = []
    if (this.#committed?.end === true || (this.#count === 0 && !end))
      return { written: this.#committed, safe }
    const { epoch } = this.#options
    const written = {
      epoch,
      transaction: this.#transaction++,
      count: this.#count,
      bytes: this.#bytes,
      end,
    }
    this.#count = 0
    this.#committed = written
    return { written, safe }
  }
}

/** The marker of a transaction that is committed. */
export function markerOf({ epoch, transaction, count, end }: WrittenTransaction): Marker {
  return { kind: 'marker', epoch, transaction, count, end }
}
