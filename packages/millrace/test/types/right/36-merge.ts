// Streams of several kinds in one: as they come, and with the name of the stream they came from.
import { parallel, type Term } from 'millrace'
import { combineLatest, concat, fromIterable, map, merge, mergeByTime, withLatestFrom } from 'millrace/terms'
import { same } from '../same.ts'

const both = () => parallel({ n: fromIterable([1]), text: fromIterable(['a']) })
const merged = both().pipe(merge())
same<typeof merged, Term<never, number | string>>()
const tagged = both().pipe(
  merge({ tagged: true }),
  map((item) => (item.name === 'n' ? item.data : item.data)),
)
same<typeof tagged, Term<never, number | string>>()
const latest = both().pipe(combineLatest())
same<typeof latest, Term<never, { n: number; text: string }>>()
const sampled = both().pipe(
  withLatestFrom('n'),
  map(({ n, text }) => text.repeat(n)),
)
same<typeof sampled, Term<never, string>>()
const chained = both().pipe(concat())
same<typeof chained, Term<never, number | string>>()
const at = fromIterable([{ at: 1 }])
const byTime = parallel({ a: at, b: at }).pipe(mergeByTime((item) => item.at))
same<typeof byTime, Term<never, { at: number }>>()
