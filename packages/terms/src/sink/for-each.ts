/** `forEach`: calls a function with each item. */

import { type Awaitable, type Context, SinkTerm, type TermSettings, withSettings } from '@millrace/core'
import { promiseOf } from '@millrace/core/engine'
import { checkFunction } from '../check.ts'

/**
 * Calls `f` with each item, in order; the result is the number of items it was done with.
 *
 * `f` gets one argument, the item. While a promise it returned is pending, no further item is handed to it
 * and the terms before it are held back. What it resolves to is ignored. Its state is the count. It stays on
 * the caller's thread under every scheduler, since that is where its closure lives.
 *
 * `settings` are those of {@link TermSettings}.
 *
 * @throws {InvalidOptionError} if `f` is no function, or a setting is none.
 *
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { forEach, fromIterable } from 'millrace/terms'
 *
 * const seen: string[] = []
 * const each = forEach((word: string) => seen.push(word))
 * const summary = await run(fromIterable(['a', 'b']).pipe(each)).done
 * console.log(seen) // [ 'a', 'b' ]
 * console.log(summary.result(each)) // 2
 * ```
 */
export function forEach<Item>(
  f: (item: Item) => Awaitable<unknown>,
  settings?: TermSettings<NoInfer<Item>, never>,
): SinkTerm<Item, number, number> {
  checkFunction('forEach', f)
  return withSettings('forEach', new ForEach(f).local(), settings)
}

class ForEach<Item> extends SinkTerm<Item, number, number> {
  override name = 'forEach'
  readonly #f: (item: Item) => Awaitable<unknown>

  constructor(f: (item: Item) => Awaitable<unknown>) {
    super()
    this.#f = f
  }

  override initialState(): number {
    return 0
  }

  override write(item: Item, ctx: Context<number, never>): Awaitable<void> {
    const f = this.#f
    const returned = promiseOf(f(item))
    if (returned !== undefined) {
      return returned.then(() => {
        ctx.state++
      })
    }
    ctx.state++
    return undefined
  }

  override result(ctx: Context<number, never>): number {
    return ctx.state
  }
}
