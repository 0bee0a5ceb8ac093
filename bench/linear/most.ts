// @most/core on its own scheduler. It has no source for an array and no `reduce`; its own performance suite adds
// both by hand (a task that emits in a loop, a sink that folds), and so does this file.

import { chain, filter, map, mergeArray, scan, skip, zip } from '@most/core'
import { asap, newDefaultScheduler } from '@most/scheduler'
import type { Sink, Stream, Task, Time } from '@most/types'
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

const scheduler = newDefaultScheduler()

export const prepare = linear({
  filterMapReduce(numbers) {
    return reduce(sum, 0, map(addOne, filter(even, fromArray(numbers))))
  },

  scan(numbers) {
    // scan emits its seed first.
    return reduce(sum, 0, skip(1, scan(sum, 0, fromArray(numbers))))
  },

  flatMap(outer) {
    return reduce(sum, 0, chain(productStream, fromArray(outer)))
  },

  merge(parts) {
    return reduce(sum, 0, mergeArray(parts.map(fromArray)))
  },

  zip(left, right) {
    return reduce(sum, 0, zip(addPair, fromArray(left), fromArray(right)))
  },

  sixStages(numbers) {
    return reduce(
      total,
      0,
      map(lowBits, filter(odd, map(addFive, filter(notBySeven, map(triple, fromArray(numbers)))))),
    )
  },

  other({ items, steps, fold }) {
    return reduce(fold, 0, steps.reduce(withStep, fromArray(items)))
  },
})

const productStream = (x: number): Stream<number> => fromArray(products(x))

function withStep(stream: Stream<unknown>, step: Step): Stream<unknown> {
  if (step.kind === 'map') return map(step.f, stream)
  if (step.kind === 'filter') return filter(step.f, stream)
  if (step.kind === 'scan') return skip(1, scan(step.f, step.seed, stream))
  return chain((value) => fromArray(step.f(value)), stream)
}

function fromArray<A>(items: readonly A[]): Stream<A> {
  return { run: (sink, on) => asap(new EmitArray(items, sink), on) }
}

// Plain fields and an indexed loop, as in its suite: private names cost it a third here.
class EmitArray<A> implements Task {
  private readonly items: readonly A[]
  private readonly sink: Sink<A>
  private active = true

  constructor(items: readonly A[], sink: Sink<A>) {
    this.items = items
    this.sink = sink
  }

  run(time: Time): void {
    const { items, sink } = this
    for (let i = 0; i < items.length && this.active; i++) sink.event(time, items[i] as A)
    if (this.active) sink.end(time)
  }

  error(time: Time, error: Error): void {
    this.sink.error(time, error)
  }

  dispose(): void {
    this.active = false
  }
}

function reduce<A, S>(f: (state: S, value: A) => S, seed: S, stream: Stream<A>): Promise<S> {
  return new Promise((resolve, reject) => {
    stream.run(new Fold(f, seed, resolve, reject), scheduler)
  })
}

class Fold<A, S> implements Sink<A> {
  private readonly f: (state: S, value: A) => S
  private readonly resolve: (state: S) => void
  private readonly reject: (error: Error) => void
  private state: S

  constructor(
    f: (state: S, value: A) => S,
    seed: S,
    resolve: (state: S) => void,
    reject: (error: Error) => void,
  ) {
    this.f = f
    this.state = seed
    this.resolve = resolve
    this.reject = reject
  }

  event(_time: Time, value: A): void {
    this.state = this.f(this.state, value)
  }

  end(): void {
    this.resolve(this.state)
  }

  error(_time: Time, error: Error): void {
    this.reject(error)
  }
}
