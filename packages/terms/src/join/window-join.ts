/** `windowJoin`: pairs of items that belong together and fall into one window. */

import { type KernelTerm, kernelTerm, type StreamContext, type View } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { checkMs, fullError, type GroupKey, lateError } from '../event-time/options.ts'
import { checkInputs, type Head, type ReadState, readByTime } from '../event-time/read-by-time.ts'
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

/** Options of {@link windowJoin}. */
export interface WindowJoinOptions<Left, Right, Key extends GroupKey, Kind extends JoinKind>
  extends TimedJoinOptions<Left, Right, Key, Kind> {
  /** Length of a window, in whole ms. Windows lie side by side, one begins at the epoch. */
  readonly sizeMs: number
}

/** A row of a {@link windowJoin}: a match and its window, from `start` up to, not including, `end`. */
export type WindowRow<Left, Right, Kind extends JoinKind> = JoinedRow<Left, Right, Kind> & {
  readonly start: number
  readonly end: number
}

/** Items of one key in one window. */
export interface KeyPair {
  readonly left: unknown[]
  readonly right: unknown[]
}

/** The state of {@link windowJoin}. */
export interface WindowJoinState extends ReadState {
  /** By the window's start, then by key in the order in which the keys came. */
  readonly windows: Map<number, Map<unknown, KeyPair>>
  /** Items held. */
  held: number
}

/**
 * Joins the inputs `left` and `right` in event time: gives each pair of one key that falls into one tumbling window,
 * when the window is complete. Flink's window join.
 *
 * Rows leave window by window, in a window by keys in the order in which they came, of a key by left, then by right
 * items. How inputs are read, the watermark, the kinds and late items are as for `intervalJoin`; an item is late when its
 * window is gone.
 *
 * State: the items of open windows, `maxItems` at most. A full output holds back both inputs.
 *
 * @throws {InvalidOptionError} if an option is out of range; the run fails as that of `intervalJoin` does.
 *
 * @example
 * ```ts
 * import { parallel } from 'millrace'
 * import { fromIterable, map, toArray, windowJoin } from 'millrace/terms'
 *
 * const byParity = { left: (n: number) => n % 2, right: (n: number) => n % 2 }
 * const pairs = parallel({ left: fromIterable([1, 2, 3, 11]), right: fromIterable([5, 6, 7, 12]) }).pipe(
 *   windowJoin({ sizeMs: 10, time: { left: (n) => n, right: (n) => n }, key: byParity }),
 *   map(({ left, right }) => [left, right]),
 * )
 * console.log(await toArray(pairs)) // [ [ 1, 5 ], [ 1, 7 ], [ 3, 5 ], [ 3, 7 ], [ 2, 6 ] ]
 * ```
 */
export function windowJoin<Left, Right, Key extends GroupKey, Kind extends JoinKind = 'inner'>(
  options: WindowJoinOptions<Left, Right, Key, Kind>,
): KernelTerm<{ left: Left; right: Right }, WindowRow<Left, Right, Kind>, WindowJoinState> {
  checkOptions('windowJoin', options, {
    sizeMs: true,
    time: true,
    key: true,
    kind: true,
    outOfOrderMs: true,
    late: true,
    maxItems: true,
  })
  const { sizeMs, outOfOrderMs = 0, maxItems = 100_000, late = 'fail' } = options
  const kind: JoinKind = options.kind ?? 'inner'
  const owner = 'windowJoin'
  const timeOf = timesOf(owner, options.time)
  const keyOf = keysOf(owner, options.key)
  checkWhole(`sizeMs of ${owner}()`, sizeMs, 1)
  checkMs(`outOfOrderMs of ${owner}()`, outOfOrderMs)
  checkWhole(`maxItems of ${owner}()`, maxItems, 1)
  checkKind(owner, kind, ['inner', 'left', 'right', 'full'])
  checkFailOrDrop(owner, late)

  type Row = WindowRow<Left, Right, Kind>
  type Context = StreamContext<WindowJoinState, Row>
  const give = (ctx: Context, watermark: number): Row[] => {
    const { state } = ctx
    const rows: object[] = []
    const complete = [...state.windows.keys()].filter((start) => start + sizeMs <= watermark)
    for (const start of complete.sort((a, b) => a - b)) {
      for (const pair of (state.windows.get(start) as Map<unknown, KeyPair>).values()) {
        state.held -= pair.left.length + pair.right.length
        for (const row of rowsOf(pair, kind)) rows.push({ ...row, start, end: start + sizeMs })
        for (let n = missedOf(pair, kind); n > 0; n--) ctx.countUnmatched()
      }
      state.windows.delete(start)
    }
    return rows as Row[]
  }
  const step = ({ input, item, at, latest }: Head, ctx: Context): Row[] => {
    const { state } = ctx
    const side = input as Side
    const watermark = latest - outOfOrderMs
    const rows = give(ctx, watermark)
    const start = Math.floor(at / sizeMs) * sizeMs
    if (start + sizeMs <= watermark) {
      if (late === 'fail') throw lateError(`${owner}, ${side}`, item, at, watermark)
      return rows
    }
    if (++state.held > maxItems) throw fullError(owner, 'maxItems', maxItems, 'items')
    const key = keyOf(side, item)
    const window = state.windows.get(start) ?? new Map<unknown, KeyPair>()
    state.windows.set(start, window)
    const pair = window.get(key) ?? { left: [], right: [] }
    window.set(key, pair)
    pair[side].push(item)
    return rows
  }
  const timed = timeOf as (side: string, item: unknown) => number
  const run = async (views: Readonly<Record<string, View<unknown>>>, ctx: Context): Promise<void> => {
    checkInputs(owner, views, SIDES)
    await readByTime(views, SIDES, timed, ctx, step)
    for (const row of give(ctx, Number.POSITIVE_INFINITY)) await ctx.emit(row)
  }
  return kernelTerm(
    owner,
    { kind: 'stream', self: { resumable: true }, run },
    { initialState: (): WindowJoinState => ({ heads: new Map(), windows: new Map(), held: 0 }) },
  )
}

/** All pairs, or the items of a side that has no other, if the kind gives them. */
function* rowsOf({ left, right }: KeyPair, kind: JoinKind): Generator<object, void, undefined> {
  if (right.length === 0 && (kind === 'left' || kind === 'full'))
    for (const item of left) yield { left: item }
  if (left.length === 0 && (kind === 'right' || kind === 'full'))
    for (const item of right) yield { right: item }
  for (const one of left) for (const other of right) yield { left: one, right: other }
}

/** How many items have no other, and are not given alone. */
function missedOf({ left, right }: KeyPair, kind: JoinKind): number {
  if (right.length === 0 && kind !== 'left' && kind !== 'full') return left.length
  if (left.length === 0 && kind !== 'right' && kind !== 'full') return right.length
  return 0
}
