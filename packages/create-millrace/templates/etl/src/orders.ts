/**
 * Totals of each city from a CSV file of orders. Orders without a price are set aside, and counted.
 *
 *     csv --> toOrder --> keyedAggregate by city --> map --> print --> writeNdjson
 */
import { graph } from 'millrace'
import { aggregates, countOf, csv, keyedAggregate, map, print, sumOf, writeNdjson } from 'millrace/terms'

/** A line of the file. */
export interface Row {
  readonly city: string
  readonly cents: string
}

/** An order that can be counted on. */
export interface Order {
  readonly city: string
  readonly cents: number
}

/** What is written of a city. */
export interface Total {
  readonly city: string
  readonly orders: number
  readonly euros: number
}

/** The order of a line. Throws if it has no price. */
export function toOrder({ city, cents }: Row): Order {
  const value = Number(cents)
  if (!Number.isInteger(value)) throw new TypeError(`the price of an order in ${city} is ${cents}`)
  return { city, cents: value }
}

/** Text from the command line becomes what the builder gets: `--param in=other.csv`. */
const params = { in: 'data/orders.csv', out: 'totals.ndjson' }

export default graph(import.meta.url, { params }, ({ in: file, out }) =>
  csv<Row>(file).pipe(
    map(toOrder).named('toOrder').onFailure({ onError: 'skip' }),
    keyedAggregate(
      (order) => order.city,
      aggregates({ orders: countOf<Order>(), cents: sumOf((order: Order) => order.cents) }),
    ),
    map(({ key, value }): Total => ({ city: key, orders: value.orders, euros: value.cents / 100 })),
    print(),
    writeNdjson(out),
  ),
)
