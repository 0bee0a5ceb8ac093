// The hand-written loop: it waits for the sink, so it holds one item.

import { addOne, backpressure, numbers } from './contract.ts'

export const prepare = backpressure(async ({ sink, ...params }) => {
  for (const n of numbers(params)) {
    const pause = sink(addOne(n))
    if (pause !== undefined) await pause
  }
  return undefined
})
