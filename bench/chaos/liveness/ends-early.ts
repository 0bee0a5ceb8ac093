// Kind 30: short runs of an endless expansion that end early, one after the other, as a server makes them. None leaves
// anything behind in a worker, or keeps the process.

import { graph, run } from 'millrace'
import { collect, flatMap, fromIterable, take } from 'millrace/terms'
import { endOf, type Kind, losses } from './kind.ts'

const RUNS = 8
const TAKEN = 500

const endless = graph(import.meta.url, () =>
  fromIterable([1, 2, 3, 4]).pipe(
    flatMap(function* (n: number) {
      for (let i = 0; ; i++) yield n + i
    }),
    take(TAKEN),
    collect(),
  ),
)
export default endless

export const kind: Kind = {
  async play(scheduler) {
    const complaints: string[] = []
    for (let at = 0; at < RUNS; at++) {
      const end = await endOf(run(endless(), { scheduler }).done)
      if (typeof end === 'string') return [...complaints, `run ${at} ended with ${end}`]
      const items = end.results['collect'] as readonly unknown[]
      if (items.length !== TAKEN) complaints.push(`run ${at} gave ${items.length} items`)
      complaints.push(...losses(end))
    }
    return complaints
  },
}
