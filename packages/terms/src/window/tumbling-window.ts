/** `tumblingWindow`: windows of one size, side by side. */

import type { KernelTerm } from '@millrace/core'
import { checkOptions } from '../check.ts'
import type { GroupKey, LatePolicy } from '../event-time/options.ts'
import { checkGrid } from './grid.ts'
import type { TimeWindowOptions, WindowOutput } from './options.ts'
import { sliceCombiner } from './slice-partials.ts'
import { type SliceState, slices } from './slices.ts'
import { windowTerm } from './window-term.ts'
import type { WindowState } from './windower.ts'

/** Options of {@link tumblingWindow}. */
export interface TumblingWindowOptions<In, Key extends GroupKey | undefined, Value, Late extends LatePolicy>
  extends TimeWindowOptions<In, Key, Value, Late> {
  /** Length of a window, in whole ms. */
  readonly sizeMs: number
  /** One window begins here; the others lie side by side with it. Default 0: the epoch. */
  readonly offsetMs?: number
}

/**
 * Cuts the stream into windows of `sizeMs` that do not overlap, and gives one value for each that holds an item (and
 * for each key in it). Flink's and Beam's fixed windows; rxjs's `bufferTime` and Pekko's `groupedWithin`, but in event
 * time if `time` is given.
 *
 * In event time a window is given when the watermark, the latest time seen less `outOfOrderMs`, has reached its end,
 * and what is open at the end of the stream then. While no item comes, the watermark stands still. Windows leave in the
 * order of their ends, keys in the order in which they came. The result depends on the items alone. Late items, those
 * whose window is gone, lead to an error unless `late` says otherwise; with `port` the outputs are `windows` and `late`.
 *
 * With `idleMs`, what is open for any key is given once no item has come for so long; items of these windows that come
 * later are late, so `late` has to say `drop` or `port`. The result then depends on the clock, too.
 *
 * In processing time the run's clock decides where an item belongs when the term reads it, and a timer gives windows
 * while no item comes.
 *
 * Stateful: an aggregate's state per open window and key, `maxOpen` of them at most. Holds nothing back; a full output
 * parks the term.
 *
 * @throws {InvalidOptionError} if an option is out of range, or `idleMs` is given and `late` is not `drop` or `port`; the run fails with a `BadInputError` if a time is no finite
 * number, a key is an object, an item is late under `late: 'fail'`, or more than `maxOpen` windows are open.
 *
 * @example
 * ```ts
 * import { fromIterable, sumOf, toArray, tumblingWindow } from 'millrace/terms'
 *
 * const sales = fromIterable([
 *   { shop: 'A', at: 1_000, price: 5 },
 *   { shop: 'B', at: 4_000, price: 7 },
 *   { shop: 'A', at: 3_000, price: 1 },
 *   { shop: 'A', at: 11_000, price: 2 },
 * ])
 * const perShop = sales.pipe(
 *   tumblingWindow({
 *     sizeMs: 10_000,
 *     time: (sale) => sale.at,
 *     outOfOrderMs: 1_000,
 *     key: (sale) => sale.shop,
 *     aggregate: sumOf((sale) => sale.price),
 *   }),
 * )
 * for (const { key, start, value } of await toArray(perShop)) console.log(key, start, value)
 * // A 0 6
 * // B 0 7
 * // A 10000 2
 * ```
 */
export function tumblingWindow<
  In,
  Key extends GroupKey | undefined = undefined,
  Value = In[],
  Late extends LatePolicy = 'fail',
>(
  options: TumblingWindowOptions<In, Key, Value, Late>,
): KernelTerm<In, WindowOutput<In, Key, Value, Late>, WindowState<SliceState>> {
  checkOptions('tumblingWindow', options, {
    sizeMs: true,
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
  const { sizeMs, offsetMs = 0 } = options
  const grid = checkGrid('tumblingWindow', { sizeMs, slideMs: sizeMs, offsetMs })
  return windowTerm(
    'tumblingWindow',
    options,
    (shared) => slices(grid, shared),
    (...parts) => sliceCombiner(grid, ...parts),
  )
}
