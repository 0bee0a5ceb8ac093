// tinypool with a task per item. Its default settings: two threads, tasks that are synchronous.

import Tinypool from 'tinypool'
import { sumOfCalls } from '../shared/bounded.ts'
import { cpu, workers } from './contract.ts'

export const prepare = cpu(({ items, steps }) => {
  const filename = new URL('./tasks.js', import.meta.url).href
  const pool = new Tinypool({ filename, minThreads: workers, maxThreads: workers })
  return {
    run: () => sumOfCalls(items, (n) => pool.run({ n, steps }, { name: 'spinOne' })),
    close: () => pool.destroy(),
  }
})
