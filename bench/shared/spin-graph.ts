// The graph that every strategy of Millrace runs: numbers, the work on each, one sum. A graph module, so that workers
// can build it.

import { graph } from 'millrace'
import { fromIterable, map, reduce } from 'millrace/terms'
import { spin } from './spin.ts'

export interface SpinParams {
  readonly items: number
  readonly steps: number
}

function* numbers(count: number): Iterable<number> {
  for (let n = 0; n < count; n++) yield n
}

export default graph(import.meta.url, ({ items, steps }: SpinParams) =>
  fromIterable(() => numbers(items)).pipe(
    map((n) => spin(n, steps)),
    reduce((sum, end) => sum + end, 0),
  ),
)
