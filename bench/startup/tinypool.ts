// tinypool with a task per item, all of them handed over at once: there are few.

import { startup, workers } from './contract.ts'

export const prepare = startup(async () => {
  const { default: Tinypool } = await import('tinypool')
  const filename = new URL('./pool-task.js', import.meta.url).href
  const pool = new Tinypool({ filename, minThreads: workers, maxThreads: workers })
  return {
    run: ({ items, steps }, sink) =>
      Promise.all(Array.from({ length: items }, (_, n) => pool.run({ n, steps }).then(sink))),
    close: () => pool.destroy(),
  }
})
