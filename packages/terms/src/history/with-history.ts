/** `withHistory`: a function of each item and of those before it. */

import {
  BadInputError,
  type Context,
  checkSyncFunction,
  FunctionTerm,
  InvalidOptionError,
} from '@millrace/core'
import { checkWhole } from '../check.ts'

/** What {@link withHistory} keeps: the last `items`, or those of the last `ms` before the item at hand. */
export type KeptHistory =
  | { readonly items: number }
  | {
      /** Milliseconds of source time, both ends included. */
      readonly ms: number
      /** Items kept at most; one more is an error. Default 65,536. */
      readonly maxItems?: number
    }

/** The items kept, oldest first; the last is the one at hand. To be read while the function runs, not later. */
export interface History<out Item> extends Iterable<Item> {
  /** Number of items kept, at least 1. */
  readonly length: number
  /**
   * `at(-1)` is the item at hand, `at(-2)` the one before it, `at(0)` the oldest kept.
   * @throws {RangeError} outside of what is kept.
   */
  at(index: number): Item
}

/** Items from `from` on are kept; those before it are cut off now and then. */
export interface HistoryState<Item> {
  readonly items: Item[]
  /** Source times beside `items`, if the history goes by time. */
  readonly times: number[]
  from: number
}

/**
 * Calls `f` with each item and a view on the last ones, and passes on what it returns; `undefined` is no item.
 *
 * LogicSponge's histories for terms with `f`: `{ items: n }` is its NumberBound; a term that reads at its own pace is a
 * `StreamTerm`, which has histories of the same kind. `f` is synchronous. By `ms` it goes by the source times of the
 * items (`ctx.time`), so the answer does not depend on how fast they are worked on. Stateful: the items kept. Keeps
 * the order, holds nothing back.
 *
 * @throws {InvalidOptionError} if `f` is no function or declared async, or a bound makes no sense. More than `maxItems`
 * items within `ms` fail the run with a `BadInputError`.
 *
 * @example
 * ```ts
 * import { fromIterable, toArray, withHistory } from 'millrace/terms'
 *
 * const rises = fromIterable([3, 4, 2, 9]).pipe(
 *   withHistory({ items: 2 }, (n, history) => (history.length < 2 ? undefined : n - history.at(-2))),
 * )
 * console.log(await toArray(rises)) // [ 1, -2, 7 ]
 * ```
 */
export function withHistory<In, Out>(
  bound: KeptHistory,
  f: (item: In, history: History<In>) => Out | undefined,
): FunctionTerm<In, Out, HistoryState<In>> {
  checkSyncFunction('withHistory', f)
  if ('items' in bound) checkWhole('items of withHistory()', bound.items, 1)
  else {
    const { ms, maxItems = 65_536 } = bound
    if (!(Number.isFinite(ms) && ms >= 0)) {
      throw new InvalidOptionError('ms of withHistory()', ms, 'a number of milliseconds, at least 0')
    }
    checkWhole('maxItems of withHistory()', maxItems, 1)
  }
  return new WithHistory(bound, f)
}

class WithHistory<In, Out> extends FunctionTerm<In, Out, HistoryState<In>> {
  override name = 'withHistory'
  override readonly usesTime: boolean
  readonly #bound: KeptHistory
  readonly #call: (item: In, history: History<In>) => Out | undefined

  constructor(bound: KeptHistory, f: (item: In, history: History<In>) => Out | undefined) {
    super()
    this.usesTime = 'ms' in bound
    this.#bound = bound
    this.#call = f
  }

  override initialState(): HistoryState<In> {
    return { items: [], times: [], from: 0 }
  }

  override f(item: In, ctx: Context<HistoryState<In>, Out>): Out | undefined {
    const { state } = ctx
    const bound = this.#bound
    state.items.push(item)
    if ('items' in bound) state.from = Math.max(state.from, state.items.length - bound.items)
    else this.#forget(state, bound.ms, bound.maxItems ?? 65_536, ctx.time)
    // cutting them off each time would cost a copy of the rest
    if (state.from > state.items.length / 2) {
      state.items.splice(0, state.from)
      state.times.splice(0, state.from)
      state.from = 0
    }
    return this.#call(item, new HistoryView(state))
  }

  #forget(state: HistoryState<In>, ms: number, maxItems: number, now: number): void {
    state.times.push(now)
    // what is far ahead was read before the wall clock was set back: it would stay until that is where it was
    while (Math.abs((state.times[state.from] as number) - now) > ms) state.from++
    if (state.items.length - state.from > maxItems) {
      throw new BadInputError(
        `withHistory() holds ${maxItems} items of the last ${ms} ms, and here is another. Keep less, or raise maxItems.`,
      )
    }
  }
}

/** A view on a state; the state knows nothing of it, so it can be cloned. */
class HistoryView<Item> implements History<Item> {
  readonly #state: HistoryState<Item>

  constructor(state: HistoryState<Item>) {
    this.#state = state
  }

  get length(): number {
    return this.#state.items.length - this.#state.from
  }

  at(index: number): Item {
    const at = index < 0 ? this.length + index : index
    if (!Number.isInteger(at) || at < 0 || at >= this.length) {
      throw new RangeError(`The history keeps ${this.length} items; there is none at ${index}.`)
    }
    return this.#state.items[this.#state.from + at] as Item
  }

  *[Symbol.iterator](): Iterator<Item> {
    for (let i = 0; i < this.length; i++) yield this.at(i)
  }
}
