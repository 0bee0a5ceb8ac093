/**
 * `ReaderSource` and `PlacedReaderSource`: a source that reads from a server through a reader of its own in each run. Extended
 * by the sources of brokers.
 */

import { BatchSourceTerm, type Context } from '@millrace/core'

/** Items read together, and where the source goes on behind them. */
export interface Placed<Item> {
  /** `undefined` stands for an item that the server no longer has: it is counted, and not given. */
  readonly items: readonly (Item | undefined)[]
  /** The place behind them: structured-cloneable. */
  readonly place?: unknown
  /** How to get these very items again; without, from the place before them on. */
  readonly begin?: unknown
}

/** What one run reads through. */
export interface Reader<Item> {
  /** Gives items until `stop`. @param from what `place` or `begin` said; `undefined` for a new run. */
  read(from: unknown): AsyncGenerator<Placed<Item>, void, undefined>
  /** The server may forget all up to this place. */
  acknowledge?(place: unknown): Promise<void>
  /** Nobody needs more: what `read` waits for ends at once. What was read may still be acknowledged. */
  stop(): void
  /** Lets go of everything. Never fails. */
  end(): Promise<void>
}

/** A source that cannot go on where it was. */
export abstract class ReaderSource<out Item> extends BatchSourceTerm<Item> {
  override readonly live = true
  /** By the context of the run: the same term may be in several runs at once. */
  readonly #readers = new WeakMap<object, Reader<Item>>()
  protected readonly batchesRead = new WeakMap<readonly unknown[], Placed<unknown>>()

  /** Makes what a run reads through. Connects to nothing yet. */
  protected abstract reader(ctx: Context<unknown, never>): Reader<Item>

  override batches(ctx: Context<unknown, never>): AsyncIterable<readonly Item[]> {
    return this.readFrom(undefined, ctx)
  }

  protected readFrom(from: unknown, ctx: Context<unknown, never>): AsyncIterable<readonly Item[]> {
    const reader = this.reader(ctx)
    this.#readers.set(ctx, reader)
    const batches = this.#batches(reader.read(from))
    // a generator that waits for its server would only hear of its end afterwards
    const leave = (): Promise<IteratorResult<readonly Item[]>> => {
      reader.stop()
      return batches.return()
    }
    return { [Symbol.asyncIterator]: () => ({ next: () => batches.next(), return: leave }) }
  }

  async *#batches(placed: AsyncIterable<Placed<Item>>): AsyncGenerator<readonly Item[], void, undefined> {
    for await (const part of placed) {
      const batch = part.items as readonly Item[]
      this.batchesRead.set(batch, part)
      yield batch
    }
  }

  protected readerOf(ctx: Context<unknown, never>): Reader<Item> | undefined {
    return this.#readers.get(ctx)
  }

  override async exit(ctx: Context<unknown, never>): Promise<void> {
    const reader = this.#readers.get(ctx)
    reader?.stop()
    await reader?.end()
  }
}

/** A source that knows its place, so that a run goes on there from a checkpoint. */
export abstract class PlacedReaderSource<out Item> extends ReaderSource<Item> {
  override position(batch: readonly Item[]): unknown {
    return this.batchesRead.get(batch)?.place
  }

  override begin(first: readonly Item[]): unknown {
    return this.batchesRead.get(first)?.begin
  }

  override seek(position: unknown, ctx: Context<unknown, never>): AsyncIterable<readonly Item[]> {
    return this.readFrom(position, ctx)
  }
}

/** As that; its server hears what the run has taken charge of. */
export abstract class AcknowledgedReaderSource<out Item> extends PlacedReaderSource<Item> {
  override async acknowledge(position: unknown, ctx: Context<unknown, never>): Promise<void> {
    await this.readerOf(ctx)?.acknowledge?.(position)
  }
}
