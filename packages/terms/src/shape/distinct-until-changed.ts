/** `distinctUntilChanged`: a stream without repetitions of the item before. */

import { type Context, type KernelTerm, kernelTerm } from '@millrace/core'
import { synchronous } from '../check.ts'

/**
 * Leaves out items that are the same as the one before them: whose `key` is the same value (`Object.is`). Without
 * `key` the items themselves are compared, which suits numbers and texts. rxjs's `distinctUntilChanged` and
 * `distinctUntilKeyChanged`.
 *
 * Repetitions further apart are kept; so the state is one key. Holds nothing back, keeps the order.
 *
 * @throws {InvalidOptionError} if `key` is no function or is declared async.
 *
 * @example
 * ```ts
 * import { distinctUntilChanged, fromIterable, toArray } from 'millrace/terms'
 *
 * const levels = fromIterable([{ level: 1 }, { level: 1 }, { level: 2 }, { level: 1 }])
 * const changes = levels.pipe(distinctUntilChanged(({ level }) => level))
 * console.log(await toArray(changes)) // [ { level: 1 }, { level: 2 }, { level: 1 } ]
 * ```
 */
export function distinctUntilChanged<Item>(
  key?: (item: Item) => unknown,
): KernelTerm<Item, Item, readonly unknown[]> {
  const keyOf = key === undefined ? undefined : synchronous('distinctUntilChanged', key)
  const f = (item: Item, ctx: Context<readonly unknown[], Item>): Item | undefined => {
    const now: unknown = keyOf === undefined ? item : keyOf(item)
    const { state } = ctx
    if (state.length > 0 && Object.is(state[0], now)) return undefined
    ctx.state = [now]
    return item
  }
  return kernelTerm<Item, Item, readonly unknown[]>(
    'distinctUntilChanged',
    { kind: 'apply', self: {}, f },
    { initialState: () => [] },
  )
}
