/** `FunctionTerm` and `FlatMapTerm`: a function of each item, with state and hooks if wanted. */

import type { Context, Kernel } from '../contracts.ts'
import { InvalidOptionError } from '../errors.ts'
import { Leaf } from './leaf.ts'
import { methodOf } from './method-of.ts'
import type { Awaitable } from './source-term.ts'

/**
 * A function of one item: extend it and write `f`.
 *
 * `f` returns the output, or `undefined` to filter the item out, or a promise of either. Where several streams
 * reach the term, `f` gets complete rows, one item of each. With `initialState`, `ctx.state` carries a value
 * from item to item; it must be structured-cloneable. A parked output parks the term before its next call.
 *
 * @example
 * ```ts
 * import { FunctionTerm, run } from 'millrace'
 * import { collect, fromIterable } from 'millrace/terms'
 *
 * class Shout extends FunctionTerm<string, string> {
 *   f(text: string) {
 *     return `${text.toUpperCase()}!`
 *   }
 * }
 * const items = collect<string>()
 * const summary = await run(fromIterable(['hi', 'ho']).pipe(new Shout(), items)).done
 * console.log(summary.result(items)) // [ 'HI!', 'HO!' ]
 * ```
 */
export abstract class FunctionTerm<in In, out Out, State = unknown> extends Leaf<In, Out, State> {
  /** Calls of an async `f` under way at most. Default 1. More than 1 excludes `ctx.state`. */
  readonly concurrency: number = 1
  /** Whether concurrent results leave in input order. Default true. */
  readonly ordered: boolean = true

  /** One item (or row) in, at most one out. */
  abstract f(item: In, ctx: Context<State, Out>): Awaitable<Out | undefined>

  override kernel(): Kernel {
    const { concurrency, ordered } = this
    const f = methodOf<(item: never, ctx: never) => unknown>(this, 'f')
    if (!(Number.isInteger(concurrency) && concurrency >= 1)) {
      throw new InvalidOptionError(`concurrency of ${this.name}`, concurrency, 'a whole number, at least 1')
    }
    return concurrency === 1
      ? { kind: 'apply', self: this, f }
      : { kind: 'concurrent', self: this, f, concurrency, ordered }
  }
}

/**
 * A function of one item that gives any number of outputs: extend it and write `f` as a generator, or return an
 * array. An endless iterable is pulled only while there is room downstream.
 *
 * @example
 * ```ts
 * import { FlatMapTerm } from 'millrace'
 * import { fromIterable, toArray } from 'millrace/terms'
 *
 * class Countdown extends FlatMapTerm<number, number> {
 *   *f(from: number) {
 *     for (let n = from; n > 0; n--) yield n
 *   }
 * }
 * console.log(await toArray(fromIterable([3, 2]).pipe(new Countdown()))) // [ 3, 2, 1, 2, 1 ]
 * ```
 */
export abstract class FlatMapTerm<in In, out Out, State = unknown> extends Leaf<In, Out, State> {
  /** One item (or row) in, an iterable of items out. */
  abstract f(item: In, ctx: Context<State, Out>): Awaitable<Iterable<Out>> | AsyncIterable<Out>

  override kernel(): Kernel {
    return { kind: 'expand', self: this, f: methodOf(this, 'f') }
  }
}
