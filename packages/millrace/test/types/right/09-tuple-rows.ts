// Three unnamed branches make a tuple, each with its own type.
import type { OutputOf, Ports, Term } from 'millrace'
import { filter, fromIterable, id, map } from 'millrace/terms'
import { same } from '../same.ts'

const rows = fromIterable([3, 5]).parallel(
  id(),
  map((n) => n.toString(16)),
  map((n) => n > 4),
)
same<OutputOf<typeof rows>, Ports<[number, string, boolean]>>()
const large = rows.pipe(
  filter(([, , isLarge]) => isLarge),
  map(([n, hex]) => ({ n, hex })),
)
same<typeof large, Term<never, { n: number; hex: string }>>()
