// Piscina with a task per item, and the queue that its documentation recommends.

import { FixedQueue, Piscina } from 'piscina'
import { sumOfCalls } from '../shared/bounded.ts'
import { cpu, workers } from './contract.ts'

export const prepare = cpu(({ items, steps }) => {
  const filename = new URL('./tasks.js', import.meta.url).href
  const pool = new Piscina({
    filename,
    minThreads: workers,
    maxThreads: workers,
    taskQueue: new FixedQueue(),
  })
  return {
    run: () => sumOfCalls(items, (n) => pool.run({ n, steps }, { name: 'spinOne' })),
    close: () => pool.destroy(),
  }
})
