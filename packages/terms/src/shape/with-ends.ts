/** `startWith`, `endWith` and `defaultIfEmpty`: items that no input stands behind. */

import { type Context, InvalidOptionError, type KernelTerm, kernelTerm } from '@millrace/core'

/**
 * Gives `items` ahead of the stream. rxjs's `startWith`, Pekko's `prepend`.
 *
 * They leave when the run begins, whether or not an input comes. In a cycle they are its seed. No state; holds nothing
 * back, keeps the order.
 *
 * @throws {InvalidOptionError} if one of the items is `undefined`, which is no item.
 *
 * @example
 * ```ts
 * import { fromIterable, startWith, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([2, 3]).pipe(startWith(0, 1)))) // [ 0, 1, 2, 3 ]
 * ```
 */
export function startWith<Item, Added = Item>(...items: readonly Added[]): KernelTerm<Item, Item | Added> {
  checkItems('startWith', items)
  return kernelTerm<Item, Item | Added>(
    'startWith',
    { kind: 'map', f: (item: Item) => item },
    {
      enter(ctx: Context<unknown, Item | Added>) {
        for (const item of items) ctx.emit(item)
      },
    },
  )
}

/**
 * Gives `items` after the stream has ended normally. rxjs's `endWith`.
 *
 * No state; holds nothing back, keeps the order.
 *
 * @throws {InvalidOptionError} if one of the items is `undefined`, which is no item.
 *
 * @example
 * ```ts
 * import { endWith, fromIterable, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([1, 2]).pipe(endWith('end')))) // [ 1, 2, 'end' ]
 * ```
 */
export function endWith<Item, Added = Item>(...items: readonly Added[]): KernelTerm<Item, Item | Added> {
  checkItems('endWith', items)
  return kernelTerm<Item, Item | Added>(
    'endWith',
    { kind: 'map', f: (item: Item) => item },
    { end: () => items },
  )
}

/**
 * Passes its items; gives `value` at the end if there was none. rxjs's `defaultIfEmpty`, Pekko's `orElse`.
 *
 * Stateful: true or false. Holds nothing back, keeps the order.
 *
 * @throws {InvalidOptionError} if `value` is `undefined`, which is no item.
 *
 * @example
 * ```ts
 * import { defaultIfEmpty, fromIterable, toArray } from 'millrace/terms'
 *
 * console.log(await toArray(fromIterable([]).pipe(defaultIfEmpty('none')))) // [ 'none' ]
 * ```
 */
export function defaultIfEmpty<Item, Added = Item>(value: Added): KernelTerm<Item, Item | Added, boolean> {
  checkItems('defaultIfEmpty', [value])
  const f = (item: Item, ctx: Context<boolean, Item | Added>): Item => {
    ctx.state = false
    return item
  }
  return kernelTerm<Item, Item | Added, boolean>(
    'defaultIfEmpty',
    { kind: 'apply', self: {}, f },
    { initialState: () => true, end: ({ state }) => (state ? [value] : []) },
  )
}

function checkItems(owner: string, items: readonly unknown[]): void {
  if (items.includes(undefined)) {
    throw new InvalidOptionError(
      `An item of ${owner}()`,
      undefined,
      'anything but undefined, which is no item',
    )
  }
}
