// tinypool with a task per chunk of records, on one thread; the best of several sizes is found before the clock starts.

import Tinypool from 'tinypool'
import { sumOfCalls } from '../shared/bounded.ts'
import { fastestOf } from '../shared/tune.ts'
import { batchSizes, type Item, transport } from './contract.ts'

export const prepare = transport(async ({ kind, items }) => {
  const filename = new URL('./tinypool-task.js', import.meta.url).href
  const pool = new Tinypool({ filename, minThreads: 1, maxThreads: 1 })
  const run = (size: number) =>
    sumOfCalls(Math.ceil(items.length / size), async (index) => {
      const chunk = items.slice(index * size, (index + 1) * size)
      const raised: readonly Item[] = await pool.run(chunk, { name: kind })
      return raised.reduce((sum, { value }) => sum + value, 0)
    })
  const batchItems = await fastestOf(batchSizes, run)
  return { run: () => run(batchItems), figures: () => ({ batchItems }), close: () => pool.destroy() }
})
