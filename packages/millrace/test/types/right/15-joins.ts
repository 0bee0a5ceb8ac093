// Orders meet their payments; of an outer join either side may be missing.
import { type OutputOf, parallel, type Term } from 'millrace'
import { fromIterable, hashJoin, intervalJoin, map } from 'millrace/terms'
import { same } from '../same.ts'

interface Order {
  readonly id: number
  readonly at: number
}
interface Payment {
  readonly order: number
  readonly paidAt: number
}
const orders: Term<never, Order> = fromIterable([{ id: 1, at: 0 }])
const payments: Term<never, Payment> = fromIterable([{ order: 1, paidAt: 5 }])
const both = parallel({ left: orders, right: payments })
const key = { left: (order: Order) => order.id, right: (payment: Payment) => payment.order }

const pairs = both.pipe(hashJoin({ key }))
same<OutputOf<typeof pairs>, { readonly left: Order; readonly right: Payment }>()
const unpaid = both.pipe(
  hashJoin({ key, kind: 'full' }),
  map(({ left, right }) => [left?.id, right?.paidAt] as const),
)
same<OutputOf<typeof unpaid>, readonly [number | undefined, number | undefined]>()
const soon = both.pipe(
  intervalJoin({ key, toMs: 10, time: { left: (order) => order.at, right: (payment) => payment.paidAt } }),
  map(({ left, right }) => right.paidAt - left.at),
)
same<OutputOf<typeof soon>, number>()
