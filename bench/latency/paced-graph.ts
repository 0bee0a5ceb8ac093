// The graph that every strategy of Millrace runs: the paced source and the work. The sink is put behind it by whoever
// runs it, on the caller's thread.

import { graph } from 'millrace'
import { fromAsyncIterable, map } from 'millrace/terms'
import { paced, type Timetable, work } from './contract.ts'

export default graph(import.meta.url, (timetable: Timetable) =>
  fromAsyncIterable(() => paced(timetable)).pipe(map((due) => work(due, timetable.steps))),
)
