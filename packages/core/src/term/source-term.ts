/** `SourceTerm` and `BatchSourceTerm`: where items come from. */

import type { Context, Kernel } from '../contracts.ts'
import { Leaf } from './leaf.ts'
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

  /** As `batches`, from a position on: what a run that is resumed from a checkpoint calls instead. */
  seek?(
    position: unknown,
    ctx: Context<State, never>,
  ): Iterable<readonly Out[]> | AsyncIterable<readonly Out[]>

  override kernel(): Kernel {
    return { kind: 'batches', self: this, f: methodOf(this, 'batches') }
  }
}
