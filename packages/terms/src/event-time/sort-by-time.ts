/** `sortByTime`: brings items into the order of their times. */

import type { Context, KernelTerm, Ports } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { type Entry, popEntry, pushEntry } from './heap.ts'
import { checkLate, checkMs, fullError, type LatePolicy, lateError, timeOf } from './options.ts'
import { PortedTerm } from './ports.ts'

/** Options of {@link sortByTime}. */
export interface SortByTimeOptions<In, Late extends LatePolicy> {
  /** The event time of an item, in ms. */
  readonly time: (item: In) => number
  /** How far an item's time may lie behind the latest seen, in ms, without being late. */
  readonly outOfOrderMs: number
  /** What becomes of items that are later than that. Default `fail`. */
  readonly late?: Late
  /** Items held at most; one more is an error. Default 100,000. */
  readonly maxItems?: number
}

/** An item that waits for its turn. */
export interface Waiting extends Entry {
  readonly item: unknown
}

/** The state of {@link sortByTime}. */
export interface SortState {
  /** The latest time seen. */
  latest: number
  /** Items taken, to keep those of one time in order. */
  seq: number
  /** A heap, the earliest first. */
  readonly waiting: Waiting[]
}

/**
 * Sorts a stream that is nearly sorted: an item is held until the watermark, the latest time seen less `outOfOrderMs`,
 * has reached its time. Items of one time stay in the order in which they came.
 *
 * The output is sorted. Items behind the watermark are late: an error unless `late` says otherwise; with `port` the
 * outputs are `sorted` and `late`. The result depends on the items alone. At the end of the stream all that is held
 * leaves.
 *
 * Stateful: the items held, `maxItems` at most. Holds items back for `outOfOrderMs` of event time; a full output parks
 * the term.
 *
 * @throws {InvalidOptionError} if an option is out of range; the run fails with a `BadInputError` if a time is no finite
 * number, an item is late under `late: 'fail'`, or more than `maxItems` would be held.
 *
 * @example
 * ```ts
 * import { fromIterable, sortByTime, toArray } from 'millrace/terms'
 *
 * const sorted = sortByTime({ time: (at: number) => at, outOfOrderMs: 2 })
 * console.log(await toArray(fromIterable([1, 3, 2, 5, 4]).pipe(sorted))) // [ 1, 2, 3, 4, 5 ]
 * ```
 */
export function sortByTime<In, Late extends LatePolicy = 'fail'>(
  options: SortByTimeOptions<In, Late>,
): KernelTerm<In, Late extends 'port' ? Ports<{ sorted: In; late: In }> : In, SortState> {
  checkOptions('sortByTime', options, { time: true, outOfOrderMs: true, late: true, maxItems: true })
  const { time, outOfOrderMs, maxItems = 100_000 } = options
  const late: LatePolicy = options.late ?? 'fail'
  const read = timeOf('sortByTime', time)
  checkMs('outOfOrderMs of sortByTime()', outOfOrderMs)
  checkWhole('maxItems of sortByTime()', maxItems, 1)
  checkLate('sortByTime', late)
  const toPort = late === 'port'

  const upTo = (waiting: Waiting[], watermark: number): unknown[] => {
    const out: unknown[] = []
    while (waiting.length > 0 && (waiting[0] as Waiting).at <= watermark) {
      const { item } = popEntry(waiting)
      out.push(toPort ? { sorted: item } : item)
    }
    return out
  }
  const f = (item: In, { state }: Context<SortState>): unknown[] => {
    const at = read(item)
    const { waiting } = state
    const before = state.latest - outOfOrderMs
    if (at < before) {
      if (late === 'fail') throw lateError('sortByTime', item, at, before)
      return toPort ? [{ late: item }] : []
    }
    state.latest = Math.max(state.latest, at)
    pushEntry(waiting, { at, seq: state.seq++, item })
    const out = upTo(waiting, state.latest - outOfOrderMs)
    if (waiting.length > maxItems) throw fullError('sortByTime', 'maxItems', maxItems, 'items')
    return out
  }
  type Output = Late extends 'port' ? Ports<{ sorted: In; late: In }> : In
  return new PortedTerm<In, Output, SortState>(
    'sortByTime',
    { kind: 'expand', self: {}, f },
    {
      initialState: () => ({ latest: Number.NEGATIVE_INFINITY, seq: 0, waiting: [] }),
      end: ({ state }) => upTo(state.waiting, Number.POSITIVE_INFINITY) as Output[],
    },
    toPort ? ['sorted', 'late'] : undefined,
  )
}
