/** `SourceTerm` and `BatchSourceTerm`: where items come from. */

import type { Context, Kernel, SplitRequest } from '../contracts.ts'
import { Leaf, type SplitItems } from './leaf.ts'
import { methodOf } from './method-of.ts'

/** A value, or a promise of one. */
export type Awaitable<T> = T | Promise<T>

/**
 * A source: extend it and write `generate`.
 *
 * The engine pulls only while there is room downstream, so a source may be endless. A generator is closed
 * (`return`) when the run stops or nobody needs more. Errors end the run with a `TermError`.
 *
 * @example
 * ```ts
 * import { run, SourceTerm } from 'millrace'
 * import { collect } from 'millrace/terms'
 *
 * class Countdown extends SourceTerm<number> {
 *   *generate() {
 *     for (let n = 3; n > 0; n--) yield n
 *   }
 * }
 * const items = collect<number>()
 * const summary = await run(new Countdown().pipe(items)).done
 * console.log(summary.result(items)) // [ 3, 2, 1 ]
 * ```
 */
export abstract class SourceTerm<out Out, State = unknown> extends Leaf<never, Out, State> {
  /** Yields the items; an array is read in place. `undefined` is no item and is passed over. */
  abstract generate(ctx: Context<State, never>): Iterable<Out> | AsyncIterable<Out>

  /**
   * As `generate`, without the first `count` values that it would yield (`undefined` counts). For sources that can begin
   * in the middle: a run that is resumed from a checkpoint calls it instead, with a fresh `ctx.state`.
   */
  seek?(count: number, ctx: Context<State, never>): Iterable<Out> | AsyncIterable<Out>

  override kernel(): Kernel {
    return { kind: 'source', self: this, f: methodOf(this, 'generate') }
  }
}

/**
 * A source that yields arrays of items: for readers that get many items at once, such as lines of a file.
 *
 * @example
 * ```ts
 * import { BatchSourceTerm } from 'millrace'
 * import { toArray } from 'millrace/terms'
 *
 * class Pages extends BatchSourceTerm<string> {
 *   *batches() {
 *     yield ['a', 'b']
 *     yield ['c']
 *   }
 * }
 * console.log(await toArray(new Pages())) // [ 'a', 'b', 'c' ]
 * ```
 */
export abstract class BatchSourceTerm<out Out, State = unknown> extends Leaf<never, Out, State> {
  /** Yields arrays of items; the engine takes them apart and bounds them like any others. */
  abstract batches(ctx: Context<State, never>): Iterable<readonly Out[]> | AsyncIterable<readonly Out[]>

  /**
   * Where to go on behind a batch that was yielded: a structured-cloneable value for `seek`, such as an offset in a file;
   * `undefined` if only the number of items given is known. Asked once per batch, when the engine takes it.
   */
  position?(batch: readonly Out[]): unknown

  /**
   * Where to go on to get a batch that was yielded once more, as `position` says it of the place behind one. A run that
   * stopped within what it had taken, from this batch up to `last`, goes on here and passes over the items that it had;
   * without this method, behind the batch before. Of use where a position tells what it was read from.
   */
  begin?(batch: readonly Out[], last: readonly Out[]): unknown

  /**
   * The run has taken charge of all batches up to the one of which `position` has said this: a queue, say, may forget them.
   * With checkpoints, called once one that holds them is stored, and, when a run that was not stopped has completed, with the
   * last position. Without checkpoints, called as soon as all items of the batch have entered the graph: what is lost with
   * the process then is lost for good. Calls do not overlap; a position may be left out in favour of a later one. A
   * failure fails the run, with phase `acknowledge`. `exit` comes after the last call.
   */
  acknowledge?(position: unknown, ctx: Context<State, never>): Awaitable<void>

  /** As `batches`, from a position on: what a run that is resumed from a checkpoint calls instead. */
  seek?(
    position: unknown,
    ctx: Context<State, never>,
  ): Iterable<readonly Out[]> | AsyncIterable<readonly Out[]>

  override kernel(): Kernel {
    return { kind: 'batches', self: this, f: methodOf(this, 'batches') }
  }
}

/**
 * A source that workers read in pieces: `splits` says what pieces there are, `open` gives the items of one. Files of a
 * list, ranges of keys, pages of an API.
 *
 * Under `pool` and `work-stealing` a split is opened by the worker that runs the terms behind the source, so that reading
 * and parsing are shared out, too; the order of the items is still that of the splits. Elsewhere, and where the terms
 * behind it stay on the caller's thread, the splits are opened one after the other. Both ask for splits, and pull items
 * out of them, only while there is room. A split whose worker is lost is opened once more: it must give the same items.
 *
 * @typeParam Split describes a piece: structured-cloneable and small, since it is sent to a worker.
 *
 * @example
 * ```ts
 * import { SplitSourceTerm } from 'millrace'
 * import { toArray } from 'millrace/terms'
 *
 * class Squares extends SplitSourceTerm<number, { from: number; to: number }> {
 *   *splits() {
 *     for (let from = 0; from < 6; from += 2) yield { from, to: from + 2 }
 *   }
 *   *openSplit({ from, to }: { from: number; to: number }) {
 *     for (let n = from; n < to; n++) yield n * n
 *   }
 * }
 * console.log(await toArray(new Squares())) // [ 0, 1, 4, 9, 16, 25 ]
 * ```
 */
export abstract class SplitSourceTerm<out Out, Split> extends Leaf<never, Out, undefined> {
  /** Each run gets the same splits, as it must where one is opened again. */
  override readonly replayable = true

  /** The pieces, in the order of their items. Called once per run, on the caller's thread. */
  abstract override splits(request: SplitRequest): Iterable<Split> | AsyncIterable<Split>

  /** The items of one piece. Called in a worker that has built the term again, or on the caller's thread. */
  abstract override openSplit(split: Split, ctx: Context<undefined, never>): SplitItems<Out>

  override kernel(): Kernel {
    const f = (ctx: Context<undefined, never>): AsyncIterable<readonly Out[]> => this.#readAll(ctx)
    return { kind: 'batches', self: this, f }
  }

  async *#readAll(ctx: Context<undefined, never>): AsyncGenerator<readonly Out[], void, undefined> {
    for await (const split of this.splits({ workers: 1 })) {
      const items = await this.openSplit(split, ctx)
      if (Array.isArray(items)) yield items
      else if (Symbol.asyncIterator in items) for await (const item of items) yield [item]
      else yield* inPieces(items)
    }
  }
}

/** Items in one piece at most: what a slow reader has to hold of a split. */
const PIECE_ITEMS = 1024

function* inPieces<Item>(items: Iterable<Item>): Generator<readonly Item[], void, undefined> {
  let piece: Item[] = []
  for (const item of items) {
    if (piece.push(item) < PIECE_ITEMS) continue
    yield piece
    piece = []
  }
  if (piece.length > 0) yield piece
}
