/** `expand`: items that lead to further items, within one term. */

import { BadInputError, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkOptions, checkWhole, synchronous } from '../check.ts'

/** Options of {@link expand}. */
export interface ExpandOptions {
  /** Items that wait to be expanded at most, per input; one more fails the run. Default 65,536. */
  readonly maxPending?: number
}

/**
 * Gives each item, then what `f` makes of it, then what `f` makes of those, and so on, breadth first: walks of trees
 * and of pages that name the next. rxjs's `expand`.
 *
 * All that one item leads to leaves before the next is begun. It is pulled only while there is room, so it may be
 * endless. `f` is synchronous and returns an iterable. No state between items; keeps the order.
 *
 * @throws {InvalidOptionError} if `f` is no function or is declared async, or `maxPending` is out of range. The run
 * fails with a `BadInputError` if more than `maxPending` items wait.
 *
 * @example
 * ```ts
 * import { expand, fromIterable, toArray } from 'millrace/terms'
 *
 * const halves = expand((n: number) => (n > 1 ? [Math.floor(n / 2)] : []))
 * console.log((await toArray(fromIterable([9, 4]).pipe(halves))).join()) // 9,4,2,1,4,2,1
 * ```
 */
export function expand<Item>(
  f: (item: Item) => Iterable<Item>,
  options: ExpandOptions = {},
): KernelTerm<Item, Item> {
  checkOptions('expand', options, { maxPending: true })
  const { maxPending = 65_536 } = options
  const childrenOf = synchronous('expand', f)
  checkWhole('maxPending of expand()', maxPending, 1)
  function* walk(item: Item): Generator<Item> {
    let level: Item[] = [item]
    while (level.length > 0) {
      const below: Item[] = []
      for (const [at, each] of level.entries()) {
        yield each
        for (const child of childrenOf(each)) {
          // what is left of this level waits as well
          if (below.length + level.length - at > maxPending) throw full(maxPending)
          if (child !== undefined) below.push(child)
        }
      }
      level = below
    }
  }
  return kernelTerm<Item, Item>('expand', { kind: 'flatMap', f: walk })
}

function full(maxPending: number): BadInputError {
  return new BadInputError(
    `expand() has ${maxPending} items that wait to be expanded, as many as maxPending allows. Raise maxPending, or ` +
      'let its function return less.',
  )
}
