/** `repeat`: a stream several times over. */

import { BadInputError, type Context, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'

/** Options of {@link repeat}. */
export interface RepeatOptions {
  /** Items kept at most; one more fails the run. Default 65,536. */
  readonly maxItems?: number
}

/**
 * Passes the stream, and then all its items again, until they came `count` times. rxjs's `repeat`, which subscribes
 * again; here the items are kept, so that the source runs once.
 *
 * Stateful: the items, `maxItems` at most. The repetitions are pulled only while there is room. Keeps the order. To run
 * a source again, give `fromIterable` a generator that loops.
 *
 * @throws {InvalidOptionError} if `count` or `maxItems` is no whole number from 1 on. The run fails with a
 * `BadInputError` if there are more than `maxItems`.
 *
 * @example
 * ```ts
 * import { fromIterable, repeat, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([1, 2]).pipe(repeat(3)))) // [ 1, 2, 1, 2, 1, 2 ]
 * ```
 */
export function repeat<Item>(count: number, options: RepeatOptions = {}): KernelTerm<Item, Item, Item[]> {
  checkOptions('repeat', options, { maxItems: true })
  const { maxItems = 65_536 } = options
  checkWhole('count of repeat()', count, 1)
  checkWhole('maxItems of repeat()', maxItems, 1)
  const f = (item: Item, { state }: Context<Item[], Item>): Item => {
    if (count > 1) {
      if (state.length >= maxItems) {
        throw new BadInputError(
          `repeat() keeps ${maxItems} items already, as many as maxItems allows. Raise maxItems, or repeat less.`,
        )
      }
      state.push(item)
    }
    return item
  }
  function* again(items: readonly Item[]): Generator<Item> {
    for (let time = 1; time < count; time++) yield* items
  }
  return kernelTerm<Item, Item, Item[]>(
    'repeat',
    { kind: 'apply', self: {}, f },
    { initialState: () => [], end: ({ state }) => again(state) },
  )
}
