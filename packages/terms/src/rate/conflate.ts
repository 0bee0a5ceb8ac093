/** `conflate`: unites items while the reader is busy. */

import type { StreamContext, StreamTerm } from '@millrace/core'
import { synchronous } from '../check.ts'
import { type Arrivals, ReactiveTerm } from './arrivals.ts'

/**
 * Passes items as long as there is room; while there is none, unites those that come to one, with `combine(held, item)`.
 * So its inputs are never held back. Pekko's `conflate`. Without `combine` the newest stays.
 *
 * What is united depends on how fast the reader is: this is for readings, not for accounts. The edge behind the term is
 * filled before anything is united; bound it with `.edge({ capacityItems: 1 })` on the reader. `combine` is synchronous
 * and makes a new item. Stateful: one item. Keeps the order.
 *
 * @throws {InvalidOptionError} if `combine` is no function or is declared async.
 *
 * @example
 * ```ts
 * import { conflate, fromIterable, map, toArray } from 'millrace/terms'
 *
 * const slow = map(async (sum: number) => sum).edge({ capacityItems: 1 })
 * const sums = await toArray(fromIterable([1, 2, 3, 4]).pipe(conflate((a: number, b) => a + b), slow))
 * console.log(sums.reduce((a, b) => a + b)) // 10
 * ```
 */
export function conflate<Item>(
  combine: (held: Item, item: Item) => Item = (_, item) => item,
): StreamTerm<Item, Item, readonly Item[]> {
  return new Conflate(synchronous('conflate', combine))
}

class Conflate<Item> extends ReactiveTerm<Item, Item, readonly Item[]> {
  override name = 'conflate'
  readonly #combine: (held: Item, item: Item) => Item

  constructor(combine: (held: Item, item: Item) => Item) {
    super()
    this.#combine = combine
  }

  override initialState(): readonly Item[] {
    return []
  }

  protected override async react(
    arrivals: Arrivals<Item>,
    ctx: StreamContext<readonly Item[], Item>,
  ): Promise<void> {
    let isEmitting = false
    let ended = false
    for (;;) {
      const [held] = ctx.state
      if (!isEmitting && held !== undefined) {
        isEmitting = true
        ctx.state = []
        ctx.emit(held).then(
          () => {
            isEmitting = false
            arrivals.rouse()
          },
          () => arrivals.close(), // the run is over
        )
      }
      if (ended && !isEmitting) return
      const arrival = ended ? await arrivals.rest() : await arrivals.next()
      if (arrival === 'end') ended = true
      else if (arrival === 'item') {
        const item = arrivals.take()
        const [before] = ctx.state
        ctx.state = [before === undefined ? item : this.#combine(before, item)]
      }
    }
  }
}
