// p-map's `pMapIterable`: a stream of answers, in order; as many answers as calls wait to be read.

import { pMapIterable } from 'p-map'
import { async, upTo } from './contract.ts'

export const prepare = async(async ({ items, concurrency, call }) => {
  let sum = 0
  for await (const answer of pMapIterable(upTo(items), call, {
    concurrency,
    backpressure: 2 * concurrency,
  })) {
    sum += answer
  }
  return sum
})
