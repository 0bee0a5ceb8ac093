// Twenty named branches, of three types in turn.
import type { Term } from 'millrace'
import { fromIterable, map } from 'millrace/terms'
import { same } from '../same.ts'

const row = fromIterable([1]).parallel({
  n1: map((n) => n + 1),
  t2: map((n) => n.toFixed(2)),
  b3: map((n) => n > 3),
  n4: map((n) => n + 4),
  t5: map((n) => n.toFixed(5)),
  b6: map((n) => n > 6),
  n7: map((n) => n + 7),
  t8: map((n) => n.toFixed(8)),
  b9: map((n) => n > 9),
  n10: map((n) => n + 10),
  t11: map((n) => n.toFixed(11)),
  b12: map((n) => n > 12),
  n13: map((n) => n + 13),
  t14: map((n) => n.toFixed(14)),
  b15: map((n) => n > 15),
  n16: map((n) => n + 16),
  t17: map((n) => n.toFixed(17)),
  b18: map((n) => n > 18),
  n19: map((n) => n + 19),
  t20: map((n) => n.toFixed(20)),
})
const last = row.pipe(map(({ n19, t20, b18 }) => ({ n19, t20, b18 })))
same<typeof last, Term<never, { n19: number; t20: string; b18: boolean }>>()
