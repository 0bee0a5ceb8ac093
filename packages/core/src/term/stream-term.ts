/** `StreamTerm`: LogicSponge's `run(view…)`, a loop that reads its inputs at its own pace and looks back. */

import type { Context, Kernel } from '../contracts.ts'
import { Leaf } from './leaf.ts'
import { methodOf } from './method-of.ts'

/** How much of what was read a view keeps for looking back: nothing but the newest, `items`, or `ms` of them. */
export type HistoryBound = 'none' | { readonly items: number } | { readonly ms: number }

/** A reader's cursor on one input stream. */
export interface View<out Item> extends AsyncIterable<Item> {
  /** Waits for the next item; `undefined` once the stream has ended. */
  next(): Promise<Item | undefined>
  /** The next item if it is there already, without reading it. */
  peek(): Item | undefined
  /**
   * An item that was read: `at(-1)` is the newest, `at(0)` the oldest kept.
   * @throws {RangeError} outside of what is kept.
   */
  at(index: number): Item
  /**
   * For how long the `next` under way has waited, in ms of the run's clock; 0 if none waits. Time in which the run is held for
   * a checkpoint does not count; after a pause it begins again at 0.
   */
  readonly waitedMs: number
  /** Number of read items that are kept. */
  readonly length: number
  /** True once the stream has ended and every item was read. */
  readonly ended: boolean
}

/** A stream term's context: `emit` resolves when there is room for a further item. */
export interface StreamContext<State = unknown, Out = unknown> extends Omit<Context<State, Out>, 'emit'> {
  /**
   * Emits one item. Await it: the promise resolves when there is room for another.
   * @throws {WrongStateError} while the emit before it has not resolved.
   */
  emit(item: Out): Promise<void>
  /**
   * Says that the term waits for something of its own beside its inputs, a timer say, until the returned function is
   * called. Without it, a term that awaits an item counts as having nothing else to do: then a feedback loop through it
   * may be taken for dry, and a stream that waits for it for stalled.
   */
  hold(): () => void
  /**
   * Calls `callback` once, `delayMs` of the run's clock from now, or later: not while the run is paused or held for a
   * checkpoint, nor before the event loop has had a turn. The returned function cancels it. Until then the term counts as one
   * that may go on though no item comes, as with `hold`; but a checkpoint does not wait for it, so what `run` knows must be
   * in `ctx.state`, and the timer is set again when `run` begins again.
   */
  after(delayMs: number, callback: () => void): () => void
  /** Says that the item just read found no partner and gives nothing: it counts as `unmatched`, not as `filtered`. */
  countUnmatched(): void
}

/**
 * A loop over one input stream. The term's output ends when `run` returns; a failure ends the run.
 *
 * @example
 * ```ts
 * import { run, type StreamContext, StreamTerm, type View } from 'millrace'
 * import { collect, fromIterable } from 'millrace/terms'
 *
 * class Differences extends StreamTerm<number, number> {
 *   override readonly history = { items: 2 }
 *   async run(view: View<number>, ctx: StreamContext<unknown, number>) {
 *     for await (const item of view) if (view.length > 1) await ctx.emit(item - view.at(-2))
 *   }
 * }
 * const items = collect<number>()
 * const summary = await run(fromIterable([1, 4, 9]).pipe(new Differences(), items)).done
 * console.log(summary.result(items)) // [ 3, 5 ]
 * ```
 */
export abstract class StreamTerm<in In, out Out, State = unknown> extends Leaf<In, Out, State> {
  /** What the view keeps. Default `none`: only the newest item read. */
  readonly history: HistoryBound = 'none'

  /**
   * Set if all that `run` knows whenever it waits for an item, and for nothing else, is in `ctx.state` and in the views'
   * history: a checkpoint then keeps these, and a resumed run begins `run` again with them. Default false.
   */
  readonly resumable?: boolean

  /** Reads `view` until it ends, or returns earlier: its writers are then told to stop. */
  abstract run(view: View<In>, ctx: StreamContext<State, Out>): Promise<void>

  override kernel(): Kernel {
    return { kind: 'stream', self: this, run: methodOf(this, 'run') }
  }
}

/**
 * As {@link StreamTerm}, over several input streams, each read at its own pace.
 *
 * @example
 * ```ts
 * import { MultiStreamTerm, parallel, type StreamContext, type View } from 'millrace'
 * import { fromIterable, toArray } from 'millrace/terms'
 *
 * class MergeSorted extends MultiStreamTerm<{ a: number; b: number }, number> {
 *   async run({ a, b }: { a: View<number>; b: View<number> }, ctx: StreamContext<unknown, number>) {
 *     let [x, y] = [await a.next(), await b.next()]
 *     while (x !== undefined || y !== undefined) {
 *       if (y === undefined || (x !== undefined && x <= y)) {
 *         await ctx.emit(x as number)
 *         x = await a.next()
 *       } else {
 *         await ctx.emit(y)
 *         y = await b.next()
 *       }
 *     }
 *   }
 * }
 * const sorted = parallel({ a: fromIterable([1, 4, 5]), b: fromIterable([2, 3, 9]) })
 * console.log(await toArray(sorted.pipe(new MergeSorted()))) // [ 1, 2, 3, 4, 5, 9 ]
 * ```
 */
export abstract class MultiStreamTerm<in Row, out Out, State = unknown> extends Leaf<Row, Out, State> {
  /** What each view keeps. Default `none`. */
  readonly history: HistoryBound = 'none'

  /**
   * Set if all that `run` knows whenever it waits for an item, and for nothing else, is in `ctx.state` and in the views'
   * history: a checkpoint then keeps these, and a resumed run begins `run` again with them. Default false.
   */
  readonly resumable?: boolean

  /** Reads the views, one per input port, by name. */
  abstract run(
    views: { readonly [K in keyof Row]: View<Row[K]> },
    ctx: StreamContext<State, Out>,
  ): Promise<void>

  override kernel(): Kernel {
    return { kind: 'stream', self: this, run: methodOf(this, 'run') }
  }
}
