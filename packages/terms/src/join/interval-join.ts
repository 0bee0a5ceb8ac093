/** `intervalJoin`: pairs of items that belong together and are near in time. */

import {
  InvalidOptionError,
  type KernelTerm,
  kernelTerm,
  type StreamContext,
  type View,
} from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { checkMs, fullError, type GroupKey, lateError } from '../event-time/options.ts'
import { checkInputs, type Head, readByTime } from '../event-time/read-by-time.ts'
import { addHeld, dropBefore, type Held, type JoinState, noneHeld } from './held.ts'
import {
  checkFailOrDrop,
  checkKind,
  type JoinedRow,
  type JoinKind,
  keysOf,
  SIDES,
  type Side,
  type TimedJoinOptions,
  timesOf,
} from './options.ts'

/** Options of {@link intervalJoin}. */
export interface IntervalJoinOptions<Left, Right, Key extends GroupKey, Kind extends JoinKind>
  extends TimedJoinOptions<Left, Right, Key, Kind> {
  /** How much later than the left item the right one is at least, in ms; negative if it may be earlier. Default 0. */
  readonly fromMs?: number
  /** How much later than the left item the right one is at most, in ms. */
  readonly toMs: number
}

/**
 * Joins the inputs `left` and `right` in event time: gives each pair of one key in which the right item's time lies
 * between `fromMs` and `toMs` after the left one's, both included. Flink's interval join, SQL's join with BETWEEN.
 *
 * The inputs are read in the order of their times, left first, so that the rows and their order depend on the items
 * alone; the watermark is the least of the two inputs', and an input that idles holds back the other. A pair is given
 * when its second item is read, with the held items in the order in which they came. With the kinds `left`, `right` and
 * `full`, an item without a match is given once none can come; one that the kind does not give is counted as unmatched.
 * Late items, `outOfOrderMs` behind the latest of their
 * own input, are an error or filtered out; to keep them, put `sortByTime({ late: 'port' })` before.
 *
 * State: the items that may still find a match, `maxItems` at most. A full output holds back both inputs.
 *
 * @throws {InvalidOptionError} if an option is out of range; the run fails with a `BadInputError` if the inputs have
 * other names, a time is no finite number, a key is an object, an item is late, or more than `maxItems` would be held.
 *
 * @example
 * ```ts
 * import { parallel } from 'millrace'
 * import { fromIterable, intervalJoin, toArray } from 'millrace/terms'
 *
 * const paid = parallel({
 *   left: fromIterable([{ order: 1, at: 0 }, { order: 2, at: 10 }]),
 *   right: fromIterable([{ order: 2, paidAt: 25 }, { order: 1, paidAt: 99 }]),
 * }).pipe(
 *   intervalJoin({
 *     time: { left: (order) => order.at, right: (payment) => payment.paidAt },
 *     key: { left: (order) => order.order, right: (payment) => payment.order },
 *     toMs: 30,
 *     kind: 'left',
 *   }),
 * )
 * for (const row of await toArray(paid)) console.log(row)
 * // { left: { order: 2, at: 10 }, right: { order: 2, paidAt: 25 } }
 * // { left: { order: 1, at: 0 } }
 * ```
 */
export function intervalJoin<Left, Right, Key extends GroupKey, Kind extends JoinKind = 'inner'>(
  options: IntervalJoinOptions<Left, Right, Key, Kind>,
): KernelTerm<{ left: Left; right: Right }, JoinedRow<Left, Right, Kind>, JoinState> {
  checkOptions('intervalJoin', options, {
    fromMs: true,
    toMs: true,
    time: true,
    key: true,
    kind: true,
    outOfOrderMs: true,
    late: true,
    maxItems: true,
  })
  const { fromMs = 0, toMs, outOfOrderMs = 0, maxItems = 100_000, late = 'fail' } = options
  const kind: JoinKind = options.kind ?? 'inner'
  const owner = 'intervalJoin'
  const timeOf = timesOf(owner, options.time)
  const keyOf = keysOf(owner, options.key)
  checkMs(`fromMs of ${owner}()`, fromMs, -Number.MAX_VALUE)
  checkMs(`toMs of ${owner}()`, toMs, -Number.MAX_VALUE)
  if (toMs < fromMs) throw new InvalidOptionError(`toMs of ${owner}()`, toMs, `at least fromMs, ${fromMs}`)
  checkMs(`outOfOrderMs of ${owner}()`, outOfOrderMs)
  checkWhole(`maxItems of ${owner}()`, maxItems, 1)
  checkKind(owner, kind, ['inner', 'left', 'right', 'full'])
  checkFailOrDrop(owner, late)

  /** No match can come any more once the watermark is beyond this. */
  const untilOf = (side: Side, at: number): number => (side === 'left' ? at + toMs : at - fromMs)
  const isNear = (left: number, right: number): boolean => right - left >= fromMs && right - left <= toMs
  const isGiven = ({ side, isMatched }: Held): boolean => !isMatched && (kind === side || kind === 'full')

  type Row = JoinedRow<Left, Right, Kind>
  type Context = StreamContext<JoinState, Row>
  const letGo = (ctx: Context, watermark: number): object[] => {
    const rows: object[] = []
    for (const held of dropBefore(ctx.state, watermark)) {
      if (isGiven(held)) rows.push({ [held.side]: held.item })
      else if (!held.isMatched) ctx.countUnmatched()
    }
    return rows
  }
  const step = ({ input, item, at, latest }: Head, ctx: Context): Row[] => {
    const { state } = ctx
    const side = input as Side
    const watermark = latest - outOfOrderMs
    const rows = letGo(ctx, watermark)
    if (at < watermark) {
      if (late === 'fail') throw lateError(`${owner}, ${side}`, item, at, watermark)
      return rows as Row[]
    }
    const key = keyOf(side, item)
    const held: Held = {
      side,
      key,
      item,
      time: at,
      at: untilOf(side, at),
      seq: state.seq++,
      isMatched: false,
    }
    for (const other of state.byKey[side === 'left' ? 'right' : 'left'].get(key) ?? []) {
      if (!(side === 'left' ? isNear(at, other.time) : isNear(other.time, at))) continue
      held.isMatched = true
      other.isMatched = true
      rows.push(side === 'left' ? { left: item, right: other.item } : { left: other.item, right: item })
    }
    if (state.due.length >= maxItems) throw fullError(owner, 'maxItems', maxItems, 'items')
    addHeld(state, held)
    return rows as Row[]
  }
  const timed = timeOf as (side: string, item: unknown) => number
  const run = async (views: Readonly<Record<string, View<unknown>>>, ctx: Context): Promise<void> => {
    checkInputs(owner, views, SIDES)
    await readByTime(views, SIDES, timed, ctx, step)
    for (const row of letGo(ctx, Number.POSITIVE_INFINITY)) await ctx.emit(row as Row)
  }
  return kernelTerm(owner, { kind: 'stream', self: { resumable: true }, run }, { initialState: noneHeld })
}
