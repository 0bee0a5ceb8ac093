/** `enrich`: items with what a table says about them. */

import { type KernelTerm, kernelTerm, type StreamContext, type View } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { fullError, type GroupKey, keyOf } from '../event-time/options.ts'
import { checkInputs } from '../event-time/read-by-time.ts'
import { checkKind } from './options.ts'

/** How {@link enrich} finds the row of an item. */
export interface EnrichKeys<Item, Row, Key> {
  /** Called with items of the input `items`. */
  readonly items: (item: Item) => Key
  /** Called with rows of the input `table`. */
  readonly table: (row: Row) => Key
}

/** Options of {@link enrich}. */
export interface EnrichOptions<Item, Row, Key extends GroupKey, Kind extends 'inner' | 'left'> {
  /** What an item and its row have in common. */
  readonly key: EnrichKeys<Item, Row, Key>
  /** `inner` (the default) leaves out items that have no row and counts them as unmatched, `left` gives them without. */
  readonly kind?: Kind
  /** Rows of different keys at most; one more is an error. Default 100,000. */
  readonly maxRows?: number
}

/** An item and its row of the table; with the kind `left`, the row may be missing. */
export type Enriched<Item, Row, Kind> = Kind extends 'left'
  ? { readonly item: Item; readonly row?: Row }
  : { readonly item: Item; readonly row: Row }

/**
 * Reads the input `table` to its end, then gives each item of the input `items` with its row. SQL's join with a
 * dimension table, Flink's broadcast of a bounded stream, Kafka's GlobalKTable.
 *
 * Of several rows with one key, the last counts. Keeps the order of the items. They are held back until the table has
 * ended: keep both from one source only if the edge can hold what comes before the table's end.
 *
 * State: the table, `maxRows` keys at most. A full output holds back the items.
 *
 * @throws {InvalidOptionError} if an option is out of range; the run fails with a `BadInputError` if the inputs have
 * other names, a key is an object, or the table has more than `maxRows` keys.
 *
 * @example
 * ```ts
 * import { parallel } from 'millrace'
 * import { enrich, fromIterable, map, toArray } from 'millrace/terms'
 *
 * const named = parallel({
 *   items: fromIterable([{ city: 'VIE', degrees: 21 }, { city: 'ROM', degrees: 27 }]),
 *   table: fromIterable([{ code: 'ROM', name: 'Rome' }, { code: 'VIE', name: 'Vienna' }]),
 * }).pipe(
 *   enrich({ key: { items: (reading) => reading.city, table: (row) => row.code } }),
 *   map(({ item, row }) => `${row.name}: ${item.degrees}`),
 * )
 * console.log(await toArray(named)) // [ 'Vienna: 21', 'Rome: 27' ]
 * ```
 */
export function enrich<Item, Row, Key extends GroupKey, Kind extends 'inner' | 'left' = 'inner'>(
  options: EnrichOptions<Item, Row, Key, Kind>,
): KernelTerm<{ items: Item; table: Row }, Enriched<Item, Row, Kind>, Map<Key, Row>> {
  checkOptions('enrich', options, { key: true, kind: true, maxRows: true })
  const { key, maxRows = 100_000 } = options
  const kind = options.kind ?? 'inner'
  const keyOfItem = keyOf('enrich, items', key?.items)
  const keyOfRow = keyOf('enrich, table', key?.table)
  checkKind('enrich', kind, ['inner', 'left'])
  checkWhole('maxRows of enrich()', maxRows, 1)

  const run = async (
    views: Readonly<{ items: View<Item>; table: View<Row> }>,
    ctx: StreamContext<Map<Key, Row>, Enriched<Item, Row, Kind>>,
  ): Promise<void> => {
    checkInputs('enrich', views, ['items', 'table'])
    const { state } = ctx
    for await (const row of views.table) {
      state.set(keyOfRow(row), row)
      if (state.size > maxRows) throw fullError('enrich', 'maxRows', maxRows, 'rows')
    }
    for await (const item of views.items) {
      const row = state.get(keyOfItem(item))
      if (row !== undefined) await ctx.emit({ item, row } as Enriched<Item, Row, Kind>)
      else if (kind === 'inner') ctx.countUnmatched()
      else await ctx.emit({ item } as Enriched<Item, Row, Kind>)
    }
  }
  return kernelTerm(
    'enrich',
    { kind: 'stream', self: { resumable: true }, run },
    { initialState: () => new Map<Key, Row>() },
  )
}
