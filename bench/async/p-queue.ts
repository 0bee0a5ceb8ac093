// p-queue: a queue of calls. A new one is put in as soon as fewer wait than are under way.

import PQueue from 'p-queue'
import { async } from './contract.ts'

export const prepare = async(async ({ items, concurrency, call }) => {
  const queue = new PQueue({ concurrency })
  let sum = 0
  for (let item = 0; item < items; item++) {
    if (queue.size >= concurrency) await queue.onSizeLessThan(concurrency)
    void queue.add(async () => {
      const answer = await call(item)
      sum += answer
    })
  }
  await queue.onIdle()
  return sum
})
