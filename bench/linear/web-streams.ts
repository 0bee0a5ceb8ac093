// The web's streams as Node ships them: TransformStreams in `pipeThrough`, high-water marks raised from 1 and 0.
// There is no merge and no zip: both are ReadableStreams that pull from the readers of their inputs.

import { ReadableStream, TransformStream, WritableStream } from 'node:stream/web'
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

const buffered = { highWaterMark: 1_024 }

export const prepare = linear({
  filterMapReduce(numbers) {
    return reduce(fromArray(numbers).pipeThrough(filter(even)).pipeThrough(map(addOne)), sum)
  },

  scan(numbers) {
    return reduce(fromArray(numbers).pipeThrough(scan(sum, 0)), sum)
  },

  flatMap(outer) {
    return reduce(fromArray(outer).pipeThrough(flatMap(products)), sum)
  },

  merge(parts) {
    return reduce(merge(parts.map(fromArray)), sum)
  },

  zip(left, right) {
    return reduce(zip(fromArray(left), fromArray(right), addPair), sum)
  },

  sixStages(numbers) {
    const tripled = fromArray(numbers).pipeThrough(map(triple)).pipeThrough(filter(notBySeven))
    return reduce(tripled.pipeThrough(map(addFive)).pipeThrough(filter(odd)).pipeThrough(map(lowBits)), total)
  },

  other({ items, steps, fold }) {
    return reduce(steps.reduce(withStep, fromArray(items)), fold)
  },
})

function withStep(stream: ReadableStream<unknown>, step: Step): ReadableStream<unknown> {
  if (step.kind === 'map') return stream.pipeThrough(map(step.f))
  if (step.kind === 'filter') return stream.pipeThrough(filter(step.f))
  if (step.kind === 'scan') return stream.pipeThrough(scan(step.f, step.seed))
  return stream.pipeThrough(flatMap(step.f))
}

function fromArray<A>(items: readonly A[]): ReadableStream<A> {
  let next = 0
  return new ReadableStream<A>(
    {
      pull(controller) {
        while (next < items.length && (controller.desiredSize ?? 0) > 0)
          controller.enqueue(items[next++] as A)
        if (next >= items.length) controller.close()
      },
    },
    buffered,
  )
}

function transform<A, B>(into: (value: A, emit: (value: B) => void) => void): TransformStream<A, B> {
  return new TransformStream<A, B>(
    {
      transform(value, controller) {
        into(value, (out) => controller.enqueue(out))
      },
    },
    buffered,
    buffered,
  )
}

function map<A, B>(f: (value: A) => B): TransformStream<A, B> {
  return transform((value, emit) => emit(f(value)))
}

function filter<A>(f: (value: A) => boolean): TransformStream<A, A> {
  return transform((value, emit) => {
    if (f(value)) emit(value)
  })
}

function scan<A, S>(f: (state: S, value: A) => S, seed: S): TransformStream<A, S> {
  let state = seed
  return map((value: A) => {
    state = f(state, value)
    return state
  })
}

function flatMap<A, B>(f: (value: A) => B[]): TransformStream<A, B> {
  return transform((value, emit) => {
    for (const inner of f(value)) emit(inner)
  })
}

function merge<A>(streams: ReadableStream<A>[]): ReadableStream<A> {
  const merged = new TransformStream<A, A>({}, buffered, buffered)
  const writer = merged.writable.getWriter()
  const forward = async (stream: ReadableStream<A>) => {
    for await (const value of stream) {
      await writer.ready
      // Not awaited: `ready` is the backpressure; waiting for each write would hold one item at a time.
      void writer.write(value)
    }
  }
  void Promise.all(streams.map(forward)).then(
    () => writer.close(),
    (error) => writer.abort(error),
  )
  return merged.readable
}

function zip<A, B, C>(
  left: ReadableStream<A>,
  right: ReadableStream<B>,
  f: (left: A, right: B) => C,
): ReadableStream<C> {
  const lefts = left.getReader()
  const rights = right.getReader()
  return new ReadableStream<C>(
    {
      async pull(controller) {
        const [a, b] = await Promise.all([lefts.read(), rights.read()])
        if (a.done || b.done) controller.close()
        else controller.enqueue(f(a.value, b.value))
      },
    },
    buffered,
  )
}

async function reduce<A>(stream: ReadableStream<A>, f: (state: number, value: A) => number): Promise<number> {
  let state = 0
  await stream.pipeTo(
    new WritableStream<A>(
      {
        write(value) {
          state = f(state, value)
        },
      },
      buffered,
    ),
  )
  return state
}
