/** `race`: the stream that is first to give an item. */

import { MultiStreamTerm, type StreamContext, type View } from '@millrace/core'
import { AnyView } from './any-view.ts'
import type { AnyItem } from './concat.ts'

/**
 * Passes the items of the input that is first to give one, and leaves out those of all others. rxjs's `race`.
 *
 * Which one that is depends on time; of inputs that have an item at once it is the first of the composition. The others
 * are read on, so that what they share with the winner is not held back; their items count as filtered. It ends with
 * the winner. Stateful: the winner's name. A full output holds all inputs back.
 *
 * @example
 * ```ts
 * import { parallel } from 'millrace'
 * import { fromIterable, fromReadable, race, toArray } from 'millrace/terms'
 * import { Readable } from 'node:stream'
 *
 * const silent = fromReadable<string>(() => new Readable({ objectMode: true, read() {} }))
 * const both = parallel({ silent, quick: fromIterable(['a', 'b']) })
 * console.log(await toArray(both.pipe(race()))) // [ 'a', 'b' ]
 * ```
 */
export function race<Row extends object>(): MultiStreamTerm<Row, AnyItem<Row>, string | undefined> {
  return new Race<Row>()
}

class Race<Row extends object> extends MultiStreamTerm<Row, AnyItem<Row>, string | undefined> {
  override name = 'race'
  override readonly resumable = true

  override initialState(): undefined {
    return undefined
  }

  override async run(
    views: { readonly [K in keyof Row]: View<Row[K]> },
    ctx: StreamContext<string | undefined, AnyItem<Row>>,
  ): Promise<void> {
    const any = new AnyView(views as Readonly<Record<string, View<unknown>>>)
    for (let from = await any.next(); from !== undefined; from = await any.next()) {
      const { name, item } = from
      if (item !== undefined) ctx.state ??= name
      if (name !== ctx.state) continue
      if (item === undefined) return
      await ctx.emit(item as AnyItem<Row>)
    }
  }
}
