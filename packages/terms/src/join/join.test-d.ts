/** Goal: item types flow from named inputs into the options of joins and keyed terms, and rows out of them. */

import { type OutputOf, type Ports, parallel, type Term } from '@millrace/core'
import { expectTypeOf } from 'vitest'
import {
  deduplicate,
  enrich,
  intervalJoin,
  type Keyed,
  keyedAggregate,
  keyedScan,
  map,
  meanOf,
  mergeByTime,
  sortByTime,
  windowJoin,
} from '../index.ts'

interface Order {
  readonly id: number
  readonly at: number
}
interface Payment {
  readonly order: number
  readonly paidAt: number
}
declare const orders: Term<never, Order>
declare const payments: Term<never, Payment>
const both = parallel({ left: orders, right: payments })

const paid = both.pipe(
  intervalJoin({
    time: { left: (order) => order.at, right: (payment) => payment.paidAt },
    key: { left: (order) => order.id, right: (payment) => payment.order },
    toMs: 10,
  }),
)
expectTypeOf<OutputOf<typeof paid>>().toEqualTypeOf<{ readonly left: Order; readonly right: Payment }>()

const perhaps = both.pipe(
  windowJoin({
    time: { left: (order) => order.at, right: (payment) => payment.paidAt },
    key: { left: (order) => order.id, right: (payment) => payment.order },
    sizeMs: 10,
    kind: 'left',
  }),
  map(({ left, right, start }) => [left.id, right?.paidAt, start] as const),
)
expectTypeOf<OutputOf<typeof perhaps>>().toEqualTypeOf<readonly [number, number | undefined, number]>()

const known = parallel({ items: payments, table: orders }).pipe(
  enrich({ key: { items: (payment) => payment.order, table: (order) => order.id } }),
  map(({ item, row }) => item.paidAt - row.at),
)
expectTypeOf<OutputOf<typeof known>>().toEqualTypeOf<number>()

const scanned = orders.pipe(
  keyedScan(
    (order) => order.id,
    (last: number, order) => Math.max(last, order.at),
    0,
  ),
)
expectTypeOf<OutputOf<typeof scanned>>().toEqualTypeOf<Keyed<number, number>>()
const means = orders.pipe(
  deduplicate((order) => order.id),
  keyedAggregate(
    (order) => String(order.id),
    meanOf((order) => order.at),
  ),
)
expectTypeOf<OutputOf<typeof means>>().toEqualTypeOf<Keyed<string, number>>()

const sorted = orders.pipe(sortByTime({ time: (order) => order.at, outOfOrderMs: 5, late: 'port' }))
expectTypeOf<OutputOf<typeof sorted>>().toEqualTypeOf<Ports<{ sorted: Order; late: Order }>>()
expectTypeOf(parallel({ a: orders, b: orders }).pipe(mergeByTime((order) => order.at))).toEqualTypeOf<
  Term<never, Order>
>()

const anyJoin = intervalJoin({
  time: { left: () => 0, right: () => 0 },
  key: { left: () => 0, right: () => 0 },
  toMs: 1,
})
// @ts-expect-error: a join needs two named inputs
orders.pipe(anyJoin)
