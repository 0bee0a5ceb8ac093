// Several figures in one pass, and an aggregate of one's own.
import type { Term } from 'millrace'
import {
  type Aggregate,
  aggregate,
  aggregates,
  fromIterable,
  meanOf,
  quantilesOf,
  topOf,
} from 'millrace/terms'
import { same } from '../same.ts'

interface Hit {
  readonly path: string
  readonly ms: number
}
const hits: Term<never, Hit> = fromIterable([{ path: '/', ms: 12 }])

const longest: Aggregate<Hit, Hit | undefined, { hit?: Hit }> = {
  init: () => ({}),
  add: (state, hit) => (state.hit === undefined || hit.ms > state.hit.ms ? { hit } : state),
  merge: (into, other) => (other.hit === undefined ? into : longest.add(into, other.hit)),
  result: ({ hit }) => hit,
}
const figures = hits.pipe(
  aggregate(
    aggregates({
      mean: meanOf((hit: Hit) => hit.ms),
      spread: quantilesOf((hit: Hit) => hit.ms, [0.5, 0.99]),
      top: topOf((hit: Hit) => hit.path, 3),
      longest,
    }),
  ),
)
interface Figures {
  mean: number
  spread: number[]
  top: readonly { readonly key: string; readonly count: number; readonly error: number }[]
  longest: Hit | undefined
}
export const found: Term<never, Figures> = figures
const backwards = (term: Term<never, { mean: number; spread: number[]; longest: Hit | undefined }>) => term
backwards(figures)
same<typeof hits, Term<never, Hit>>()
