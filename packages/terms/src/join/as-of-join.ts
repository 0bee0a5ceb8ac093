/** `asOfJoin`: items with what was last known when they came. */

import {
  BadInputError,
  describe,
  type KernelTerm,
  kernelTerm,
  type StreamContext,
  type View,
} from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { checkMs, fullError, type GroupKey } from '../event-time/options.ts'
import { checkInputs, type Head, type ReadState, readByTime } from '../event-time/read-by-time.ts'
import { checkKind, type JoinedRow, keysOf, type Side, type Sides, timesOf } from './options.ts'

/** Options of {@link asOfJoin}. */
export interface AsOfJoinOptions<Left, Right, Key extends GroupKey, Kind extends 'inner' | 'left'> {
  /** The event time of the items of each input, in ms. Each input must be sorted by it. */
  readonly time: Sides<Left, Right, number>
  /** What two items must have in common. */
  readonly key: Sides<Left, Right, Key>
  /**
   * `inner` (the default) leaves out left items for which nothing is known and counts them as unmatched, `left` gives
   * them alone.
   */
  readonly kind?: Kind
  /** How old the right item may be, in ms. Default: any age. */
  readonly toleranceMs?: number
  /** Keys of the right input at most; one more is an error. Default 100,000. */
  readonly maxKeys?: number
}

/** The state of {@link asOfJoin}. */
export interface AsOfState extends ReadState {
  /** The last right item of each key, and its time. */
  readonly known: Map<unknown, { readonly item: unknown; readonly at: number }>
}

/** Of equal times, what is known counts already. */
const INPUTS: readonly Side[] = ['right', 'left']

/**
 * Joins each item of the input `left` with the latest item of one key of the input `right` that is not later: trades
 * with the quote of the moment, readings with the calibration in force. pandas' `merge_asof`; Flink's temporal join.
 *
 * Both inputs must be sorted by time (put `sortByTime` before them); they are read in that order, right first, so that
 * the rows depend on the items alone. Keeps the order of the left input. An input that idles holds back the other.
 *
 * State: the last right item of each key, `maxKeys` at most. A full output holds back both inputs.
 *
 * @throws {InvalidOptionError} if an option is out of range; the run fails with a `BadInputError` if the inputs have
 * other names, an input is not sorted, a time is no finite number, a key is an object, or there are more than `maxKeys`.
 *
 * @example
 * ```ts
 * import { parallel } from 'millrace'
 * import { asOfJoin, fromIterable, map, toArray } from 'millrace/terms'
 *
 * const priced = parallel({
 *   left: fromIterable([{ share: 'MIL', at: 5 }, { share: 'MIL', at: 30 }]),
 *   right: fromIterable([{ share: 'MIL', at: 0, price: 10 }, { share: 'MIL', at: 20, price: 12 }]),
 * }).pipe(
 *   asOfJoin({
 *     time: { left: (trade) => trade.at, right: (quote) => quote.at },
 *     key: { left: (trade) => trade.share, right: (quote) => quote.share },
 *   }),
 *   map(({ left, right }) => [left.at, right.price]),
 * )
 * console.log(await toArray(priced)) // [ [ 5, 10 ], [ 30, 12 ] ]
 * ```
 */
export function asOfJoin<Left, Right, Key extends GroupKey, Kind extends 'inner' | 'left' = 'inner'>(
  options: AsOfJoinOptions<Left, Right, Key, Kind>,
): KernelTerm<{ left: Left; right: Right }, JoinedRow<Left, Right, Kind>, AsOfState> {
  checkOptions('asOfJoin', options, { time: true, key: true, kind: true, toleranceMs: true, maxKeys: true })
  const { toleranceMs = Number.POSITIVE_INFINITY, maxKeys = 100_000 } = options
  const kind = options.kind ?? 'inner'
  const timeOf = timesOf('asOfJoin', options.time)
  const keyOf = keysOf('asOfJoin', options.key)
  checkKind('asOfJoin', kind, ['inner', 'left'])
  if (options.toleranceMs !== undefined) checkMs('toleranceMs of asOfJoin()', toleranceMs)
  checkWhole('maxKeys of asOfJoin()', maxKeys, 1)

  type Row = JoinedRow<Left, Right, Kind>
  type Context = StreamContext<AsOfState, Row>
  const step = ({ input, item, at, latest }: Head, ctx: Context): Row[] => {
    const { known } = ctx.state
    if (at < latest) {
      throw new BadInputError(
        `The input ${input} of asOfJoin() is not sorted: ${describe(item)} of time ${at} came after time ${latest}. ` +
          'Put sortByTime() before it.',
      )
    }
    const key = keyOf(input as Side, item)
    if (input === 'right') {
      known.set(key, { item, at })
      if (known.size > maxKeys) throw fullError('asOfJoin', 'maxKeys', maxKeys, 'keys')
      return []
    }
    const last = known.get(key)
    if (last !== undefined && at - last.at <= toleranceMs) return [{ left: item, right: last.item } as Row]
    if (kind === 'left') return [{ left: item } as Row]
    ctx.countUnmatched()
    return []
  }
  const timed = timeOf as (side: string, item: unknown) => number
  const run = async (views: Readonly<Record<string, View<unknown>>>, ctx: Context): Promise<void> => {
    checkInputs('asOfJoin', views, INPUTS)
    await readByTime(views, INPUTS, timed, ctx, step)
  }
  return kernelTerm(
    'asOfJoin',
    { kind: 'stream', self: { resumable: true }, run },
    { initialState: (): AsOfState => ({ heads: new Map(), known: new Map() }) },
  )
}
