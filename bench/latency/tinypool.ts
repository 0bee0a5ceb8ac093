// tinypool with a task per item, sent as soon as the item is there.

import Tinypool from 'tinypool'
import { latency, paced, workers } from './contract.ts'

export const prepare = latency(() => {
  const filename = new URL('./tinypool-task.js', import.meta.url).href
  const pool = new Tinypool({ filename, minThreads: workers, maxThreads: workers })
  return {
    run: async (timetable, sink) => {
      const { steps } = timetable
      const tasks: Promise<void>[] = []
      for await (const due of paced(timetable)) tasks.push(pool.run({ due, steps }).then(sink))
      await Promise.all(tasks)
    },
    close: () => pool.destroy(),
  }
})
