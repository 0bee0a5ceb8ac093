/** `combineLatest` and `withLatestFrom`: rows of the newest item of each stream. */

import { InvalidOptionError, MultiStreamTerm, type StreamContext, type View } from '@millrace/core'
import { AnyView, rowOf } from './any-view.ts'

type Views<Row> = { readonly [K in keyof Row]: View<Row[K]> }

/**
 * Gives a row of the newest item of each input each time that one of them has a new item, once all had one. rxjs's
 * `combineLatest`, Pekko's `mergeLatest`. For rows of one item each, in step, no term is needed: that is what several
 * inputs are.
 *
 * How the inputs interleave is open, as with `merge`, and so is which rows come; the last row is always the same. It
 * ends when all inputs have ended, or one ends without an item. Stateful: the newest item of each input. A full output
 * holds all inputs back.
 *
 * @example
 * ```ts
 * import { parallel } from 'millrace'
 * import { combineLatest, fromIterable, last, toArray } from 'millrace/terms'
 *
 * const both = parallel({ price: fromIterable([9, 8]), rate: fromIterable([0.5, 0.25]) })
 * console.log(await toArray(both.pipe(combineLatest(), last()))) // [ { price: 8, rate: 0.25 } ]
 * ```
 */
export function combineLatest<Row extends object>(): MultiStreamTerm<Row, Row, Record<string, unknown>> {
  return new Latest<Row>('combineLatest', undefined)
}

/**
 * Gives a row for each item of the port `main`, with the newest item of each other port. rxjs's `withLatestFrom`.
 *
 * Items of `main` that come before all others had an item are left out, and count as filtered. Which is the newest
 * depends on how the inputs interleave. It ends with `main`. Stateful: the newest item of each input. A full output
 * holds all inputs back.
 *
 * @throws {InvalidOptionError} if `main` is no text; the run fails with one if there is no such port.
 *
 * @example
 * ```ts
 * import { parallel } from 'millrace'
 * import { fromIterable, toArray, withLatestFrom } from 'millrace/terms'
 *
 * const orders = parallel({ rate: fromIterable([0.5]), order: fromIterable(['a', 'b']) })
 * const rated = await toArray(orders.pipe(withLatestFrom('order')))
 * console.log(rated.at(-1)) // { rate: 0.5, order: 'b' }
 * ```
 */
export function withLatestFrom<Row extends object>(
  main: keyof Row & string,
): MultiStreamTerm<Row, Row, Record<string, unknown>> {
  if (typeof main !== 'string')
    throw new InvalidOptionError('main of withLatestFrom()', main, 'the name of a port')
  return new Latest<Row>('withLatestFrom', main)
}

class Latest<Row extends object> extends MultiStreamTerm<Row, Row, Record<string, unknown>> {
  override name: string
  override readonly resumable = true
  readonly #main: string | undefined

  constructor(name: string, main: string | undefined) {
    super()
    this.name = name
    this.#main = main
  }

  override initialState(): Record<string, unknown> {
    return {}
  }

  override async run(views: Views<Row>, ctx: StreamContext<Record<string, unknown>, Row>): Promise<void> {
    const any = new AnyView(views as Readonly<Record<string, View<unknown>>>)
    const { names } = any
    const main = this.#main
    if (main !== undefined && !names.includes(main)) {
      throw new InvalidOptionError('main of withLatestFrom()', main, `one of its inputs: ${names.join(', ')}`)
    }
    for (let from = await any.next(); from !== undefined; from = await any.next()) {
      const { name, item } = from
      if (item === undefined) {
        if (name === main || !Object.hasOwn(ctx.state, name)) return
        continue
      }
      ctx.state[name] = item
      const isComplete = Object.keys(ctx.state).length === names.length
      if (isComplete && (main === undefined || name === main)) await ctx.emit(rowOf(names, ctx.state) as Row)
    }
  }
}
