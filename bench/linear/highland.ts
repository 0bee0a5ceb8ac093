// Highland 2, fed with arrays. `scan` emits its seed first; `pull` takes the one value that `reduce` leaves.

import _ from 'highland'
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
    return pulled(_(numbers).filter(even).map(addOne).reduce(0, sum))
  },

  scan(numbers) {
    return pulled(_(numbers).scan(0, sum).drop(1).reduce(0, sum))
  },

  flatMap(outer) {
    return pulled(_(outer).flatMap(productStream).reduce(0, sum))
  },

  merge(parts) {
    return pulled(
      _(parts.map((part) => _(part)))
        .merge()
        .reduce(0, sum),
    )
  },

  zip(left, right) {
    return pulled(_(left).zip(_(right)).map(addBoth).reduce(0, sum))
  },

  sixStages(numbers) {
    return pulled(
      _(numbers).map(triple).filter(notBySeven).map(addFive).filter(odd).map(lowBits).reduce(0, total),
    )
  },

  other({ items, steps, fold }) {
    return pulled(steps.reduce(withStep, _([...items])).reduce(0, fold))
  },
})

const productStream = (x: number): Highland.Stream<number> => _(products(x))
const addBoth = ([left, right]: [number, number]): number => addPair(left, right)

function withStep(stream: Highland.Stream<unknown>, step: Step): Highland.Stream<unknown> {
  if (step.kind === 'map') return stream.map(step.f)
  if (step.kind === 'filter') return stream.filter(step.f)
  if (step.kind === 'scan') return stream.scan(step.seed, step.f).drop(1)
  return stream.flatMap((value) => _(step.f(value)))
}

function pulled(stream: Highland.Stream<number>): Promise<number> {
  return new Promise((resolve, reject) => {
    stream.pull((error, value) => (error ? reject(error) : resolve(_.isNil(value) ? Number.NaN : value)))
  })
}
