// The graph of the heavy tail: numbers with their costs, the work on each, one sum.

import { graph } from 'millrace'
import { fromIterable, map, reduce } from 'millrace/terms'
import { spin } from '../shared/spin.ts'
import type { Tail } from './contract.ts'
import { costsOf } from './costs.ts'

export default graph(import.meta.url, ({ items, stepsPerUs, seed }: Tail & { readonly seed: number }) =>
  fromIterable(() => costsOf(seed, items, stepsPerUs).map((steps, n) => ({ n, steps }))).pipe(
    map(({ n, steps }) => spin(n, steps)),
    reduce((sum, end) => sum + end, 0),
  ),
)
