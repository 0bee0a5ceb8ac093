/** `concat`: one stream after the other. */

import { MultiStreamTerm, type StreamContext, type View } from '@millrace/core'

/** The items of a row, whichever port they come by. */
export type AnyItem<Row> = Row extends readonly (infer Item)[] ? Item : Row[keyof Row]

/**
 * Passes all items of the first input, then all of the second, and so on, in the order of the composition. rxjs's and
 * Pekko's `concat`.
 *
 * The inputs run at the same time; those whose turn has not come are held back as soon as their edges are full. Where
 * they come from one source that cannot be held back for one of them alone, edges grow, up to the run's limit. No
 * state; keeps the order.
 *
 * @example
 * ```ts
 * import { parallel } from 'millrace'
 * import { concat, fromIterable, toArray } from 'millrace/terms'
 *
 * const both = parallel(fromIterable([1, 2]), fromIterable([3, 4]))
 * console.log(await toArray(both.pipe(concat()))) // [ 1, 2, 3, 4 ]
 * ```
 */
export function concat<Row extends object>(): MultiStreamTerm<Row, AnyItem<Row>> {
  return new Concat<Row>()
}

class Concat<Row extends object> extends MultiStreamTerm<Row, AnyItem<Row>> {
  override name = 'concat'
  override readonly resumable = true

  override async run(
    views: { readonly [K in keyof Row]: View<Row[K]> },
    ctx: StreamContext<unknown, AnyItem<Row>>,
  ): Promise<void> {
    for (const view of Object.values(views) as View<AnyItem<Row>>[]) {
      for await (const item of view) await ctx.emit(item)
    }
  }
}
