// The hand-written loop on one thread: each item is worked on as soon as it is there.

import { latency, paced, work } from './contract.ts'

export const prepare = latency(() => ({
  run: async (timetable, sink) => {
    for await (const due of paced(timetable)) sink(work(due, timetable.steps))
  },
}))
