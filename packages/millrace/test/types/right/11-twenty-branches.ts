// Twenty unnamed branches, of two types in turn: a tuple, not an array of unions.
import { type OutputOf, type Ports, parallel, type Term } from 'millrace'
import { fromIterable, map } from 'millrace/terms'
import { same } from '../same.ts'

type Pair = [number, string]
type Ten = [...Pair, ...Pair, ...Pair, ...Pair, ...Pair]

const rows = fromIterable([1]).parallel(
  map((n) => n + 1),
  map((n) => n.toFixed(1)),
  map((n) => n + 2),
  map((n) => n.toFixed(2)),
  map((n) => n + 3),
  map((n) => n.toFixed(3)),
  map((n) => n + 4),
  map((n) => n.toFixed(4)),
  map((n) => n + 5),
  map((n) => n.toFixed(5)),
  map((n) => n + 6),
  map((n) => n.toFixed(6)),
  map((n) => n + 7),
  map((n) => n.toFixed(7)),
  map((n) => n + 8),
  map((n) => n.toFixed(8)),
  map((n) => n + 9),
  map((n) => n.toFixed(9)),
  map((n) => n + 10),
  map((n) => n.toFixed(10)),
)
same<OutputOf<typeof rows>, Ports<[...Ten, ...Ten]>>()
const ends = rows.pipe(map((row) => [row[0], row[19]] as const))
same<typeof ends, Term<never, readonly [number, string]>>()

const [n, t] = [fromIterable([1]), fromIterable(['a'])]
const sources = parallel(n, t, n, t, n, t, n, t, n, t, n, t, n, t, n, t, n, t, n, t)
same<OutputOf<typeof sources>, Ports<[...Ten, ...Ten]>>()
