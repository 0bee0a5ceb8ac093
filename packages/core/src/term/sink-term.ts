/** `SinkTerm`: where items end, with a result. */

import type { Context, Kernel } from '../contracts.ts'
import { Leaf } from './leaf.ts'
import { methodOf } from './method-of.ts'
import type { Awaitable } from './source-term.ts'

/**
 * A sink: extend it and write `write`.
 *
 * While a promise that `write` returned is pending, the stage is parked and its writers are held back. `result`
 * is called once after the last item of a stream that ended normally; the summary holds what it returns.
 *
 * @example
 * ```ts
 * import { type Context, run, SinkTerm } from 'millrace'
 * import { fromIterable } from 'millrace/terms'
 *
 * class Total extends SinkTerm<number, number, number> {
 *   initialState = () => 0
 *   write(item: number, ctx: Context<number>) {
 *     ctx.state += item
 *   }
 *   result = (ctx: Context<number>) => ctx.state
 * }
 * const total = new Total()
 * const summary = await run(fromIterable([1, 2, 3]).pipe(total)).done
 * console.log(summary.result(total)) // 6
 * ```
 */
export abstract class SinkTerm<in In, out Result = void, State = unknown> extends Leaf<In, never, State> {
  /** Takes one item (or row). */
  abstract write(item: In, ctx: Context<State, never>): Awaitable<void>

  /**
   * How far it has come in what it writes to, beside its state: structured-cloneable. Asked when a checkpoint is taken,
   * between two items, while no `write` is pending. A sink without it is told the items since the checkpoint once more.
   */
  position?(ctx: Context<State, never>): unknown

  /** Resolves once what `position` has just spoken of would survive a crash. The checkpoint counts from then on. */
  flush?(ctx: Context<State, never>): Awaitable<void>

  /**
   * A checkpoint that holds this `position` is stored: what was written up to there will not be written again, and may be
   * made final. Called while items go on coming; calls do not overlap, and a position may be left out in favour of a later
   * one. A failure fails the run, with phase `acknowledge`. A run that completes takes a last checkpoint once all items are
   * written, so this is called with the sink's last position, then `result`, then `exit`. One that is stopped, or fails, takes
   * no such checkpoint: it is to be gone on with from the one before, and what came after that is not to be made final.
   */
  acknowledge?(position: unknown, ctx: Context<State, never>): Awaitable<void>

  /** Goes back to a position and takes away what came after it: called instead of `enter` by a run that is resumed. */
  seek?(position: unknown, ctx: Context<State, never>): Awaitable<void>

  /** What the summary reports for this sink. Default: nothing. */
  result?(ctx: Context<State, never>): Awaitable<Result>

  override kernel(): Kernel {
    return { kind: 'sink', self: this, f: methodOf(this, 'write') }
  }
}

/** The result type of a sink. */
export type ResultOf<T> = T extends { result?(ctx: never): Awaitable<infer Result> } ? Result : unknown
