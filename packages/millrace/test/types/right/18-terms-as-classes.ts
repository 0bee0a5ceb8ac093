// Terms of one's own, by classes: with a state, with several results, with a result at the end.
import { type Context, FlatMapTerm, FunctionTerm, run, SinkTerm, SourceTerm, type Term } from 'millrace'
import { same } from '../same.ts'

class Countdown extends SourceTerm<number> {
  override *generate() {
    for (let n = 3; n > 0; n--) yield n
  }
}
class Changes extends FunctionTerm<number, { before: number; now: number }, { last: number }> {
  override initialState() {
    return { last: 0 }
  }
  override f(now: number, { state }: Context<{ last: number }>) {
    const before = state.last
    state.last = now
    return before === now ? undefined : { before, now }
  }
}
class Both extends FlatMapTerm<{ before: number; now: number }, number> {
  override *f({ before, now }: { before: number; now: number }) {
    yield before
    yield now
  }
}
class Largest extends SinkTerm<number, { n: number }, number> {
  override initialState() {
    return Number.NEGATIVE_INFINITY
  }
  override write(n: number, ctx: Context<number>) {
    ctx.state = Math.max(ctx.state, n)
  }
  override result(ctx: Context<number>) {
    return { n: ctx.state }
  }
}
const numbers = new Countdown().pipe(new Changes(), new Both())
same<typeof numbers, Term<never, number>>()
const largest = new Largest()
const summary = await run(numbers.pipe(largest)).done
const result = summary.result(largest)
same<typeof result, { n: number }>()
