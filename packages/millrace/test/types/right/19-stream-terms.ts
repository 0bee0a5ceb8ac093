// Terms that read at their own pace.
import { MultiStreamTerm, parallel, type StreamContext, StreamTerm, type Term, type View } from 'millrace'
import { fromIterable } from 'millrace/terms'
import { same } from '../same.ts'

class Pairs extends StreamTerm<string, readonly [string, string]> {
  override readonly history = { items: 2 }
  override async run(view: View<string>, ctx: StreamContext<unknown, readonly [string, string]>) {
    for await (const now of view) if (view.length > 1) await ctx.emit([view.at(0), now])
  }
}
const pairs = fromIterable(['a', 'b']).pipe(new Pairs())
same<typeof pairs, Term<never, readonly [string, string]>>()

class Cost extends MultiStreamTerm<{ orders: number; prices: bigint }, bigint> {
  override async run(
    { orders, prices }: { orders: View<number>; prices: View<bigint> },
    ctx: StreamContext<unknown, bigint>,
  ) {
    for await (const amount of orders) {
      const price = await prices.next()
      if (price !== undefined) await ctx.emit(BigInt(amount) * price)
    }
  }
}
const cost = parallel({ orders: fromIterable([2]), prices: fromIterable([10n]) }).pipe(new Cost())
same<typeof cost, Term<never, bigint>>()
