// Async generators and `for await`, the language's own streams. There is no library: each operator is the few
// lines that a person writes; `merge` races the pending `next()` calls, `zip` awaits a pair of them.

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
    return reduce(map(filter(fromArray(numbers), even), addOne), sum)
  },

  scan(numbers) {
    return reduce(scan(fromArray(numbers), sum, 0), sum)
  },

  flatMap(outer) {
    return reduce(flatMap(fromArray(outer), products), sum)
  },

  merge(parts) {
    return reduce(merge(parts.map(fromArray)), sum)
  },

  zip(left, right) {
    return reduce(zip(fromArray(left), fromArray(right), addPair), sum)
  },

  sixStages(numbers) {
    const tripled = filter(map(fromArray(numbers), triple), notBySeven)
    return reduce(map(filter(map(tripled, addFive), odd), lowBits), total)
  },

  other({ items, steps, fold }) {
    return reduce(steps.reduce(withStep, fromArray(items)), fold)
  },
})

function withStep(stream: AsyncGenerator<unknown>, step: Step): AsyncGenerator<unknown> {
  if (step.kind === 'map') return map(stream, step.f)
  if (step.kind === 'filter') return filter(stream, step.f)
  if (step.kind === 'scan') return scan(stream, step.f, step.seed)
  return flatMap(stream, step.f)
}

async function* fromArray<A>(items: readonly A[]): AsyncGenerator<A> {
  for (const item of items) yield item
}

async function* map<A, B>(stream: AsyncGenerator<A>, f: (value: A) => B): AsyncGenerator<B> {
  for await (const value of stream) yield f(value)
}

async function* filter<A>(stream: AsyncGenerator<A>, f: (value: A) => boolean): AsyncGenerator<A> {
  for await (const value of stream) if (f(value)) yield value
}

async function* scan<A, S>(
  stream: AsyncGenerator<A>,
  f: (state: S, value: A) => S,
  seed: S,
): AsyncGenerator<S> {
  let state = seed
  for await (const value of stream) {
    state = f(state, value)
    yield state
  }
}

async function* flatMap<A, B>(stream: AsyncGenerator<A>, f: (value: A) => B[]): AsyncGenerator<B> {
  for await (const value of stream) yield* f(value)
}

async function* merge<A>(streams: AsyncGenerator<A>[]): AsyncGenerator<A> {
  const next = async (stream: AsyncGenerator<A>) => ({ stream, step: await stream.next() })
  const pending = new Map(streams.map((stream) => [stream, next(stream)]))
  while (pending.size > 0) {
    const { stream, step } = await Promise.race(pending.values())
    if (step.done === true) {
      pending.delete(stream)
    } else {
      pending.set(stream, next(stream))
      yield step.value
    }
  }
}

async function* zip<A, B, C>(
  left: AsyncGenerator<A>,
  right: AsyncGenerator<B>,
  f: (left: A, right: B) => C,
): AsyncGenerator<C> {
  while (true) {
    const pair = [left.next(), right.next()] as const
    const a = await pair[0]
    const b = await pair[1]
    if (a.done === true || b.done === true) return
    yield f(a.value, b.value)
  }
}

async function reduce<A>(stream: AsyncGenerator<A>, f: (state: number, value: A) => number): Promise<number> {
  let state = 0
  for await (const value of stream) state = f(state, value)
  return state
}
