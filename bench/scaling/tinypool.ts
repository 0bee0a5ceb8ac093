// tinypool with a task per term and item, as code does that has a task for every step.

import Tinypool from 'tinypool'
import { sumOfCalls } from '../shared/bounded.ts'
import { scaling } from './contract.ts'

export const prepare = scaling(({ terms, items, steps }, workers) => {
  const filename = new URL('./tinypool-task.js', import.meta.url).href
  const pool = new Tinypool({ filename, minThreads: workers, maxThreads: workers })
  return {
    run: () =>
      sumOfCalls(terms * items, (call) =>
        pool.run({ item: Math.floor(call / terms), index: call % terms, steps }),
      ),
    close: () => pool.destroy(),
  }
})
