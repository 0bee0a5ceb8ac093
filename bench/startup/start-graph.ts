// The graph that every strategy of Millrace runs: numbers, and the work on each.

import { graph } from 'millrace'
import { fromIterable, map } from 'millrace/terms'
import { spin } from '../shared/spin.ts'
import type { Start } from './contract.ts'

function* numbers(count: number): Iterable<number> {
  for (let n = 0; n < count; n++) yield n
}

export default graph(import.meta.url, ({ items, steps }: Start) =>
  fromIterable(() => numbers(items)).pipe(map((n) => spin(n, steps))),
)
