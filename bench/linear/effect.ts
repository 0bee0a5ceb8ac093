// Effect's Stream from iterables, which it cuts into chunks of 4,096 and processes a chunk at a time. One chunk for
// all items (`fromChunk`) would overflow the stack in `runFold`; the inner streams of `flatMap` are one chunk each.

import { Chunk, Effect, Stream } from 'effect'
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
    return fold(fromArray(numbers).pipe(Stream.filter(even), Stream.map(addOne)), sum)
  },

  scan(numbers) {
    return fold(fromArray(numbers).pipe(Stream.mapAccum(0, runningSum)), sum)
  },

  flatMap(outer) {
    return fold(fromArray(outer).pipe(Stream.flatMap(productStream)), sum)
  },

  merge(parts) {
    return fold(Stream.mergeAll(parts.map(fromArray), { concurrency: 'unbounded' }), sum)
  },

  zip(left, right) {
    return fold(Stream.zipWith(fromArray(left), fromArray(right), addPair), sum)
  },

  sixStages(numbers) {
    return fold(
      fromArray(numbers).pipe(
        Stream.map(triple),
        Stream.filter(notBySeven),
        Stream.map(addFive),
        Stream.filter(odd),
        Stream.map(lowBits),
      ),
      total,
    )
  },

  other(pipeline) {
    return fold(pipeline.steps.reduce(withStep, fromArray(pipeline.items)), pipeline.fold)
  },
})

const runningSum = (running: number, x: number) => [sum(running, x), sum(running, x)] as const
const productStream = (x: number): Stream.Stream<number> =>
  Stream.fromChunk(Chunk.unsafeFromArray(products(x)))

function withStep(stream: Stream.Stream<unknown>, step: Step): Stream.Stream<unknown> {
  if (step.kind === 'map') return Stream.map(stream, step.f)
  if (step.kind === 'filter') return Stream.filter(stream, step.f)
  if (step.kind === 'flatMap') return Stream.flatMap(stream, (value) => fromArray(step.f(value)))
  return Stream.mapAccum(stream, step.seed, (state, value) => {
    const next = step.f(state, value)
    return [next, next] as const
  })
}

function fromArray<A>(items: readonly A[]): Stream.Stream<A> {
  return Stream.fromIterable(items)
}

function fold<A>(stream: Stream.Stream<A>, f: (state: number, value: A) => number): Promise<number> {
  return Effect.runPromise(Stream.runFold(stream, 0, f))
}
