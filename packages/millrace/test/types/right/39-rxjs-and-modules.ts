// Operators of rxjs as terms, and a function from another module.
import { moduleTerm, run, type Term } from 'millrace'
import { fromObservable, rx, toObservable } from 'millrace/rx'
import { fromIterable, map } from 'millrace/terms'
import { bufferCount, type Observable, of } from 'rxjs'
import { same } from '../same.ts'

const pairs = fromObservable(of('a', 'b'), { overflow: 'fail' }).pipe(
  rx(bufferCount(2)),
  map((pair) => pair.join('')),
)
same<typeof pairs, Term<never, string>>()
const observable = toObservable(run(pairs).output())
same<typeof observable, Observable<string>>()
const read = moduleTerm<string, { words: number }>(new URL('./ocr.js', import.meta.url), { concurrency: 2 })
const words = fromIterable(['page.png']).pipe(
  read,
  map(({ words }) => words),
)
same<typeof words, Term<never, number>>()
