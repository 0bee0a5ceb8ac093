// The graph that every strategy of Millrace runs: LogicSponge's `source * (mult_i * dump_i)`, n times side by side.

import { type Context, graph, SinkTerm } from 'millrace'
import { fromIterable, map } from 'millrace/terms'
import { type Fan, multiply } from './contract.ts'

/** Consumes what comes and keeps its sum. */
class Dump extends SinkTerm<number, number, number> {
  override initialState() {
    return 0
  }
  override write(item: number, ctx: Context<number>) {
    ctx.state += item
  }
  override result = (ctx: Context<number>) => ctx.state
}

function* numbers(count: number): Iterable<number> {
  for (let n = 0; n < count; n++) yield n
}

export default graph(import.meta.url, ({ terms, items, steps }: Fan) => {
  const branches = Array.from({ length: terms }, (_, index) =>
    map((item: number) => multiply(item, index, steps)).pipe(new Dump()),
  )
  return fromIterable(() => numbers(items)).parallel(...branches)
})
