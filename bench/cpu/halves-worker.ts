// The thread of halves.ts: sums its part for each message.

import { parentPort } from 'node:worker_threads'
import { spin } from '../shared/spin.ts'

parentPort?.on('message', ({ from, to, steps }: { from: number; to: number; steps: number }) => {
  let sum = 0
  for (let n = from; n < to; n++) sum += spin(n, steps)
  parentPort?.postMessage(sum)
})
