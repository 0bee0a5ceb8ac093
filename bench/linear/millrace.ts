// Millrace through its public package, written as a user writes it.

import { parallel, run, type Term } from 'millrace'
import { collect, filter, flatMap, fromIterable, map, merge, reduce, scan } from 'millrace/terms'
import { linear } from './contract.ts'
import {
  addFive,
  addOne,
  addPair,
  even,
  lowBits,
  notBySeven,
  odd,
  products,
  sum,
  total,
  triple,
} from './functions.ts'
import type { Step } from './other-pipeline.ts'

export const prepare = linear({
  filterMapReduce(numbers) {
    return only(fromIterable(numbers).pipe(filter(even), map(addOne), reduce(sum, 0)))
  },

  scan(numbers) {
    return only(fromIterable(numbers).pipe(scan(sum, 0), reduce(sum, 0)))
  },

  flatMap(outer) {
    return only(fromIterable(outer).pipe(flatMap(products), reduce(sum, 0)))
  },

  merge([a = [], b = [], c = [], d = []]) {
    const parts = parallel({ a: fromIterable(a), b: fromIterable(b), c: fromIterable(c), d: fromIterable(d) })
    return only(parts.pipe(merge(), reduce(sum, 0)))
  },

  zip(left, right) {
    const rows = parallel({ left: fromIterable(left), right: fromIterable(right) })
    return only(
      rows.pipe(
        map((row) => addPair(row.left, row.right)),
        reduce(sum, 0),
      ),
    )
  },

  sixStages(numbers) {
    return only(
      fromIterable(numbers).pipe(
        map(triple),
        filter(notBySeven),
        map(addFive),
        filter(odd),
        map(lowBits),
        reduce(total, 0),
      ),
    )
  },

  other({ items, steps, fold }) {
    const through = steps.reduce<Term<never, unknown>>(withStep, fromIterable(items))
    return only(through.pipe(reduce(fold, 0)))
  },
})

function withStep(term: Term<never, unknown>, step: Step): Term<never, unknown> {
  if (step.kind === 'map') return term.pipe(map(step.f))
  if (step.kind === 'filter') return term.pipe(filter(step.f))
  if (step.kind === 'scan') return term.pipe(scan(step.f, step.seed))
  return term.pipe(flatMap(step.f))
}

async function only(term: Term<never, number>): Promise<number> {
  const answer = collect<number>()
  const summary = await run(term.pipe(answer)).done
  return summary.result(answer)[0] ?? Number.NaN
}
