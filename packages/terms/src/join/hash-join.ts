/** `hashJoin`: the pairs of two inputs that have a key in common, whatever their times. */

import { type KernelTerm, kernelTerm, type StreamContext, type View } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { fullError, type GroupKey } from '../event-time/options.ts'
import { checkInputs } from '../event-time/read-by-time.ts'
import { checkKind, type JoinedRow, type JoinKind, keysOf, SIDES, type Sides } from './options.ts'

/** Options of {@link hashJoin}. */
export interface HashJoinOptions<Left, Right, Key extends GroupKey, Kind extends JoinKind> {
  /** What two items must have in common. */
  readonly key: Sides<Left, Right, Key>
  /** `inner` (the default), `left`, `right` or `full`. Items without a match that it does not give count as unmatched. */
  readonly kind?: Kind
  /** Items of the input `right` at most; one more is an error. Default 1,000,000. */
  readonly maxRows?: number
}

/** An item of the input `right`. */
export interface BuildRow {
  readonly item: unknown
  isMatched: boolean
}

/** The state of {@link hashJoin}: the items of the input `right`, and where those of a key are among them. */
export interface HashJoinState {
  readonly rows: BuildRow[]
  readonly byKey: Map<unknown, number[]>
}

/**
 * Joins two inputs that end: reads the input `right` into a table, then gives each pair of an item of `left` and an item of
 * the table with the same key. SQL's equi-join, as a hash join: give the smaller input as `right`. For one row per key
 * there is `enrich`, for streams that do not end `windowJoin` and `intervalJoin`.
 *
 * Rows leave in the order of the left items, of one left item in that of the right ones; with `right` and `full`, right
 * items without a match follow at the end, in their order. Left items are held back until `right` has ended: keep both
 * from one source only if the edge can hold what comes before that.
 *
 * State: the items of `right`, `maxRows` at most; nothing is put on the disk. A full output holds back the left items.
 *
 * @throws {InvalidOptionError} if an option is out of range; the run fails with a `BadInputError` if the inputs have
 * other names, a key is an object, or `right` has more than `maxRows` items.
 *
 * @example
 * ```ts
 * import { parallel } from 'millrace'
 * import { fromIterable, hashJoin, map, toArray } from 'millrace/terms'
 *
 * const sold = parallel({
 *   left: fromIterable([{ order: 1, sku: 'a' }, { order: 2, sku: 'b' }, { order: 3, sku: 'c' }]),
 *   right: fromIterable([{ sku: 'b', store: 'Graz' }, { sku: 'a', store: 'Linz' }, { sku: 'b', store: 'Wien' }]),
 * }).pipe(
 *   hashJoin({ key: { left: (sale) => sale.sku, right: (stock) => stock.sku } }),
 *   map(({ left, right }) => `${left.order} ${right.store}`),
 * )
 * console.log(await toArray(sold)) // [ '1 Linz', '2 Graz', '2 Wien' ]
 * ```
 */
export function hashJoin<Left, Right, Key extends GroupKey, Kind extends JoinKind = 'inner'>(
  options: HashJoinOptions<Left, Right, Key, Kind>,
): KernelTerm<{ left: Left; right: Right }, JoinedRow<Left, Right, Kind>, HashJoinState> {
  checkOptions('hashJoin', options, { key: true, kind: true, maxRows: true })
  const owner = 'hashJoin'
  const { maxRows = 1_000_000 } = options
  const kind: JoinKind = options.kind ?? 'inner'
  const keyOf = keysOf(owner, options.key)
  checkKind(owner, kind, ['inner', 'left', 'right', 'full'])
  checkWhole(`maxRows of ${owner}()`, maxRows, 1)
  const givesLeft = kind === 'left' || kind === 'full'
  const givesRight = kind === 'right' || kind === 'full'

  type Row = JoinedRow<Left, Right, Kind>
  const run = async (
    views: Readonly<{ left: View<Left>; right: View<Right> }>,
    ctx: StreamContext<HashJoinState, Row>,
  ): Promise<void> => {
    checkInputs(owner, views, SIDES)
    const { rows, byKey } = ctx.state
    for await (const item of views.right) {
      if (rows.length === maxRows) throw fullError(owner, 'maxRows', maxRows, 'rows')
      const key = keyOf('right', item)
      const places = byKey.get(key)
      if (places === undefined) byKey.set(key, [rows.length])
      else places.push(rows.length)
      rows.push({ item, isMatched: false })
    }
    for await (const left of views.left) {
      const places = byKey.get(keyOf('left', left))
      for (const at of places ?? []) {
        const row = rows[at] as BuildRow
        row.isMatched = true
        await ctx.emit({ left, right: row.item } as Row)
      }
      if (places !== undefined) continue
      if (givesLeft) await ctx.emit({ left } as Row)
      else ctx.countUnmatched()
    }
    for (const row of rows) {
      if (row.isMatched) continue
      if (givesRight) await ctx.emit({ right: row.item } as Row)
      else ctx.countUnmatched()
    }
  }
  return kernelTerm(
    owner,
    { kind: 'stream', self: { resumable: true }, run },
    { initialState: (): HashJoinState => ({ rows: [], byKey: new Map() }) },
  )
}
