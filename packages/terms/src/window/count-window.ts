/** `countWindow`: windows of a number of items. */

import { type Context, InvalidOptionError, type KernelTerm, kernelTerm } from '@millrace/core'
import { checkedAggregate } from '../aggregate/checked-aggregate.ts'
import { collectOf } from '../aggregate/collect-of.ts'
import type { Aggregate } from '../aggregate/contract.ts'
import { checkOptions, checkWhole } from '../check.ts'
import { fullError, type GroupKey, keyOf } from '../event-time/options.ts'
import type { GroupOptions, WindowOf } from './options.ts'
import { type Grid, sliceOf } from './slices.ts'
import { firedOf } from './windower.ts'

/** Options of {@link countWindow}. */
export interface CountWindowOptions<In, Key extends GroupKey | undefined, Value>
  extends Omit<GroupOptions<In, Key, Value>, 'maxOpen'> {
  /** Items in a window. */
  readonly size: number
  /** A window begins each so many items; at most `size`. Default `size`: windows do not overlap. */
  readonly slide?: number
  /** Keys at most; one more is an error. Default 100,000. */
  readonly maxKeys?: number
}

/** What is known of one key. */
export interface KeyCount {
  /** Items seen. */
  seen: number
  /** Aggregates between the edges of windows, earliest first, and at which item each begins. */
  readonly slices: { readonly start: number; value: unknown }[]
}

/**
 * Cuts the stream into windows of `size` items, and gives one value for each; each key counts for itself. Flink's count
 * windows; rxjs's `bufferCount`, Pekko's `grouped` and `sliding`.
 *
 * A window is given with its last item. At the end the items that were in no window yet leave as a shorter one. `start`
 * and `end` count the items of the key from 0.
 *
 * Stateful: per key up to `2 * size / slide + 1` aggregate states, for `maxKeys` keys. Keys stay to the end. Waits for
 * its items and holds nothing else back.
 *
 * @throws {InvalidOptionError} if an option is out of range, or `slide` is above `size`; the run fails with a
 * `BadInputError` if a key is an object, or there are more than `maxKeys`.
 *
 * @example
 * ```ts
 * import { countWindow, fromIterable, meanOf, toArray } from 'millrace/terms'
 *
 * const moving = countWindow({ size: 3, slide: 1, aggregate: meanOf((n: number) => n) })
 * const means = await toArray(fromIterable([3, 6, 9, 0]).pipe(moving))
 * console.log(means.map(({ value }) => value)) // [ 6, 5 ]
 * ```
 */
export function countWindow<In, Key extends GroupKey | undefined = undefined, Value = In[]>(
  options: CountWindowOptions<In, Key, Value>,
): KernelTerm<In, WindowOf<Key, Value>, Map<unknown, KeyCount>> {
  checkOptions('countWindow', options, { size: true, slide: true, maxKeys: true, key: true, aggregate: true })
  const { size, slide = size, key, maxKeys = 100_000 } = options
  checkWhole('size of countWindow()', size, 1)
  checkWhole('slide of countWindow()', slide, 1)
  checkWhole('maxKeys of countWindow()', maxKeys, 1)
  const by = checkedAggregate(
    'countWindow',
    (options.aggregate ?? collectOf<In>()) as Aggregate<unknown, unknown>,
  )
  if (slide > size) {
    throw new InvalidOptionError(
      'slide of countWindow()',
      slide,
      `at most size, ${size}: no item is left out`,
    )
  }
  const readKey = key === undefined ? () => undefined : keyOf('countWindow', key)
  const grid: Grid = { size, slide, offset: 0 }

  /** The window of `key` that begins at `start`, as far as it has come; then slices that no other needs go. */
  const give = (of: unknown, { seen, slices }: KeyCount, start: number): WindowOf<Key, Value> => {
    const parts = slices.filter((slice) => slice.start >= start).map(({ value }) => value)
    const value =
      parts.length === 1
        ? by.result(parts[0])
        : by.result(parts.reduce((into, part) => by.merge(into, part), by.init()))
    const kept = slices.findIndex((slice) => slice.start >= start + slide)
    slices.splice(0, kept < 0 ? slices.length : kept)
    return firedOf(of, start, seen, value, false) as WindowOf<Key, Value>
  }

  const f = (item: In, { state }: Context<Map<unknown, KeyCount>>): WindowOf<Key, Value> | undefined => {
    const of = readKey(item)
    let known = state.get(of)
    if (known === undefined) {
      if (state.size >= maxKeys) throw fullError('countWindow', 'maxKeys', maxKeys, 'keys')
      known = { seen: 0, slices: [] }
      state.set(of, known)
    }
    const start = sliceOf(grid, known.seen)
    let slice = known.slices.at(-1)
    if (slice?.start !== start) {
      slice = { start, value: by.init() }
      known.slices.push(slice)
    }
    slice.value = by.add(slice.value, item)
    known.seen++
    const begun = known.seen - size
    return begun >= 0 && begun % slide === 0 ? give(of, known, begun) : undefined
  }

  const end = ({ state }: Context<Map<unknown, KeyCount>>): WindowOf<Key, Value>[] => {
    const rests: WindowOf<Key, Value>[] = []
    for (const [of, known] of state) {
      // the first window that was not given, and where the one before it ended
      const next = known.seen < size ? 0 : (Math.floor((known.seen - size) / slide) + 1) * slide
      const given = next === 0 ? 0 : next - slide + size
      if (known.seen > given) rests.push(give(of, known, next))
    }
    return rests
  }
  type State = Map<unknown, KeyCount>
  return kernelTerm<In, WindowOf<Key, Value>, State>(
    'countWindow',
    { kind: 'apply', self: {}, f },
    { initialState: () => new Map(), end },
  )
}
