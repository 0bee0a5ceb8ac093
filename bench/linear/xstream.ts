// xstream 11: `fold` is its scan (it emits the seed first), `fold` with `last` its reduce. It has no zip.

import xs, { type Stream } from 'xstream'
import flattenConcurrentlyModule from 'xstream/extra/flattenConcurrently.js'
import { linear } from './contract.ts'
import { addFive, addOne, even, lowBits, notBySeven, odd, products, sum, total, triple } from './functions.ts'
import type { Step } from './other-pipeline.ts'

// CommonJS: the default export arrives once wrapped.
const { default: flattenConcurrently } = flattenConcurrentlyModule
const { Stream: Xs } = xs

export const prepare = linear({
  filterMapReduce(numbers) {
    return last(Xs.fromArray(numbers).filter(even).map(addOne).fold(sum, 0))
  },

  scan(numbers) {
    return last(Xs.fromArray(numbers).fold(sum, 0).drop(1).fold(sum, 0))
  },

  flatMap(outer) {
    return last(Xs.fromArray(outer).map(productStream).compose(flattenConcurrently).fold(sum, 0))
  },

  merge(parts) {
    return last(Xs.merge(...parts.map((part) => Xs.fromArray(part))).fold(sum, 0))
  },

  sixStages(numbers) {
    return last(
      Xs.fromArray(numbers)
        .map(triple)
        .filter(notBySeven)
        .map(addFive)
        .filter(odd)
        .map(lowBits)
        .fold(total, 0),
    )
  },

  other({ items, steps, fold }) {
    return last(steps.reduce(withStep, Xs.fromArray([...items])).fold(fold, 0))
  },
})

const productStream = (x: number): Stream<number> => Xs.fromArray(products(x))

function withStep(stream: Stream<unknown>, step: Step): Stream<unknown> {
  if (step.kind === 'map') return stream.map(step.f)
  if (step.kind === 'filter') return stream.filter(step.f)
  if (step.kind === 'scan') return stream.fold(step.f, step.seed).drop(1)
  return stream.map((value) => Xs.fromArray(step.f(value))).compose(flattenConcurrently)
}

function last(stream: Stream<number>): Promise<number> {
  return new Promise((resolve, reject) => {
    let answer = Number.NaN
    stream.last().addListener({
      next: (value) => {
        answer = value
      },
      error: reject,
      complete: () => resolve(answer),
    })
  })
}
