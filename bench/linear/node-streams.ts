// Node's own streams: object-mode Transforms in `pipeline`, with a high-water mark well above the default of 16
// (its documentation: raise it where throughput counts). There is no merge and no zip: merge pipes every source
// into one PassThrough; zip reads both with their async iterators.

import { PassThrough, Readable, Transform, Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
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

const highWaterMark = 1_024

export const prepare = linear({
  filterMapReduce(numbers) {
    return reduce([fromArray(numbers), filter(even), map(addOne)], sum)
  },

  scan(numbers) {
    return reduce([fromArray(numbers), scan(sum, 0)], sum)
  },

  flatMap(outer) {
    return reduce([fromArray(outer), flatMap(products)], sum)
  },

  async merge(parts) {
    const merged = new PassThrough({ objectMode: true, highWaterMark })
    const sources = parts.map(fromArray)
    for (const source of sources) source.pipe(merged, { end: false })
    const ended = Promise.all(sources.map((source) => finished(source))).then(() => merged.end())
    const answer = await reduce([merged], sum)
    await ended
    return answer
  },

  zip(left, right) {
    const rows = zip(fromArray(left), fromArray(right), addPair)
    return reduce([Readable.from(rows, { highWaterMark })], sum)
  },

  sixStages(numbers) {
    return reduce(
      [fromArray(numbers), map(triple), filter(notBySeven), map(addFive), filter(odd), map(lowBits)],
      total,
    )
  },

  other({ items, steps, fold }) {
    return reduce([fromArray(items), ...steps.map(transformOf)], fold)
  },
})

type Streams = [Readable, ...Transform[]]

function transformOf(step: Step): Transform {
  if (step.kind === 'map') return map(step.f)
  if (step.kind === 'filter') return filter(step.f)
  if (step.kind === 'scan') return scan(step.f, step.seed)
  return flatMap(step.f)
}

function fromArray(items: readonly unknown[]): Readable {
  let next = 0
  return new Readable({
    objectMode: true,
    highWaterMark,
    read() {
      while (next < items.length) if (!this.push(items[next++])) return
      this.push(null)
    },
  })
}

function map<A, B>(f: (value: A) => B): Transform {
  return new Transform({
    objectMode: true,
    highWaterMark,
    transform(value: A, _encoding, done) {
      done(null, f(value))
    },
  })
}

function filter<A>(f: (value: A) => boolean): Transform {
  return new Transform({
    objectMode: true,
    highWaterMark,
    transform(value: A, _encoding, done) {
      if (f(value)) done(null, value)
      else done()
    },
  })
}

function scan<A, S>(f: (state: S, value: A) => S, seed: S): Transform {
  let state = seed
  return map((value: A) => {
    state = f(state, value)
    return state
  })
}

function flatMap<A, B>(f: (value: A) => B[]): Transform {
  return new Transform({
    objectMode: true,
    highWaterMark,
    transform(value: A, _encoding, done) {
      for (const inner of f(value)) this.push(inner)
      done()
    },
  })
}

async function* zip<A, B, C>(
  left: Readable,
  right: Readable,
  f: (left: A, right: B) => C,
): AsyncGenerator<C> {
  const rights: AsyncIterator<B> = right[Symbol.asyncIterator]()
  for await (const a of left as AsyncIterable<A>) {
    const b = await rights.next()
    if (b.done === true) return
    yield f(a, b.value)
  }
}

async function reduce<A>(streams: Streams, f: (state: number, value: A) => number): Promise<number> {
  let state = 0
  const sink = new Writable({
    objectMode: true,
    highWaterMark,
    write(value: A, _encoding, done) {
      state = f(state, value)
      done()
    },
  })
  await pipeline([...streams, sink])
  return state
}
