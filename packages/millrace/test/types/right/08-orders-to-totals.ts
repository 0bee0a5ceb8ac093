// A file of orders becomes a total for each city.
import type { OutputOf } from 'millrace'
import {
  aggregates,
  countOf,
  csv,
  filter,
  type Keyed,
  keyedAggregate,
  sumOf,
  writeNdjson,
} from 'millrace/terms'
import { same } from '../same.ts'

const orders = csv('orders.csv', { fields: { city: 'string', cents: 'number?', at: 'date' } })
same<OutputOf<typeof orders>, { city: string; cents: number | null; at: Date }>()
const totals = orders.pipe(
  filter((order): order is { city: string; cents: number; at: Date } => order.cents !== null),
  keyedAggregate(
    (order) => order.city,
    aggregates({ orders: countOf(), cents: sumOf((order) => order.cents) }),
  ),
)
same<OutputOf<typeof totals>, Keyed<string, { orders: number; cents: number }>>()
totals.pipe(writeNdjson('totals.ndjson'))
