/** `slidingWindow`: windows of one size that overlap. */

import type { KernelTerm } from '@millrace/core'
import { checkOptions } from '../check.ts'
import type { GroupKey, LatePolicy } from '../event-time/options.ts'
import { checkGrid } from './grid.ts'
import type { TimeWindowOptions, WindowOutput } from './options.ts'
import { sliceCombiner } from './slice-partials.ts'
import { type SliceState, slices } from './slices.ts'
import { windowTerm } from './window-term.ts'
import type { WindowState } from './windower.ts'

/** Options of {@link slidingWindow}. */
export interface SlidingWindowOptions<In, Key extends GroupKey | undefined, Value, Late extends LatePolicy>
  extends TimeWindowOptions<In, Key, Value, Late> {
  /** Length of a window, in whole ms. */
  readonly sizeMs: number
  /** A window begins each so many ms; at most `sizeMs`. */
  readonly slideMs: number
  /** One window begins here, the others each `slideMs` before and after. Default 0: the epoch. */
  readonly offsetMs?: number
}

/**
 * As `tumblingWindow`, with a window that begins each `slideMs`: the last hour, each minute. Flink's sliding and
 * Kafka's hopping windows.
 *
 * An item is taken in once, however many windows it is in: windows are merged from slices between their edges
 * (Krishnamurthy, Wu, Franklin 2006). Order, watermark and late items are those of `tumblingWindow`; an item is late
 * when all its windows are gone. Where items come out of order, `collectOf` gives them slice by slice.
 *
 * Stateful: an aggregate's state per slice and key, `maxOpen` of them at most; a window has up to
 * `2 * sizeMs / slideMs` slices. Holds nothing back; a full output parks the term.
 *
 * @throws {InvalidOptionError} if an option is out of range, or `slideMs` is above `sizeMs`; the run fails as that of
 * `tumblingWindow` does.
 *
 * @example
 * ```ts
 * import { countOf, fromIterable, slidingWindow, toArray } from 'millrace/terms'
 *
 * const lastTen = slidingWindow({ sizeMs: 10, slideMs: 5, time: (at: number) => at, aggregate: countOf() })
 * const counts = await toArray(fromIterable([1, 7, 8, 12]).pipe(lastTen))
 * console.log(counts.map(({ start, end, value }) => `${start}..${end}: ${value}`))
 * // [ '-5..5: 1', '0..10: 3', '5..15: 3', '10..20: 1' ]
 * ```
 */
export function slidingWindow<
  In,
  Key extends GroupKey | undefined = undefined,
  Value = In[],
  Late extends LatePolicy = 'fail',
>(
  options: SlidingWindowOptions<In, Key, Value, Late>,
): KernelTerm<In, WindowOutput<In, Key, Value, Late>, WindowState<SliceState>> {
  checkOptions('slidingWindow', options, {
    sizeMs: true,
    slideMs: true,
    offsetMs: true,
    time: true,
    outOfOrderMs: true,
    allowedLatenessMs: true,
    late: true,
    idleMs: true,
    key: true,
    aggregate: true,
    maxOpen: true,
  })
  const { sizeMs, slideMs, offsetMs = 0 } = options
  const grid = checkGrid('slidingWindow', { sizeMs, slideMs, offsetMs })
  return windowTerm(
    'slidingWindow',
    options,
    (shared) => slices(grid, shared),
    (...parts) => sliceCombiner(grid, ...parts),
  )
}
