// The graph that every strategy of Millrace runs: records that lie ready, the worker's function, the sum of the values.

import { graph } from 'millrace'
import { fromIterable, map, reduce } from 'millrace/terms'
import { itemsOf, type Kind, raise } from './contract.ts'

export interface RecordParams {
  readonly kind: Kind
  readonly count: number
}

export default graph(import.meta.url, ({ kind, count }: RecordParams) =>
  fromIterable(() => itemsOf(kind, count)).pipe(
    map(raise[kind]),
    reduce((sum, { value }) => sum + value, 0),
  ),
)
