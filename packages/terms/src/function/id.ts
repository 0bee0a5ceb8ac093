/** `id`: passes every item on, the neutral term of `pipe`. */

import { type KernelTerm, kernelTerm } from '@millrace/core'

/**
 * Passes every item on unchanged, in order.
 *
 * As a branch of `parallel` it keeps the input beside what the other branches make of it; where several
 * streams reach it, it passes on their rows. Keeps no state and holds nothing back.
 *
 * @example
 * ```ts
 * import { fromIterable, id, map, toArray } from 'millrace/terms'
 *
 * const squares = fromIterable([2, 3]).parallel({ n: id(), square: map((n) => n * n) })
 * const texts = squares.pipe(map(({ n, square }) => `${n} -> ${square}`))
 * console.log(await toArray(texts)) // [ '2 -> 4', '3 -> 9' ]
 * ```
 */
export function id<Item>(): KernelTerm<Item, Item> {
  return kernelTerm('id', { kind: 'map', f: same })
}

function same<Item>(item: Item): Item {
  return item
}
