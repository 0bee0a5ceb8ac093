// An async generator by hand, in order: a row of promises, of which the first is waited for.

import { async, type Calls, upTo } from './contract.ts'

async function* answersTo({ items, concurrency, call }: Calls): AsyncGenerator<number> {
  const underWay: Promise<number>[] = []
  for (const item of upTo(items)) {
    if (underWay.length === concurrency) yield await (underWay.shift() as Promise<number>)
    underWay.push(call(item))
  }
  yield* underWay
}

export const prepare = async(async (calls) => {
  let sum = 0
  for await (const answer of answersTo(calls)) sum += answer
  return sum
})
