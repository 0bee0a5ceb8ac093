// Kind 31, iterators: an async source whose `return()` never settles, behind a `take` that has had enough, or cancelled. The
// run fails once the limit of clean-up is over; a cancel settles it.

import { graph, run } from 'millrace'
import { collect, fromAsyncIterable, take } from 'millrace/terms'
import { CLEANUP_TIMEOUT_MS, endOf, type Kind, underWay } from './kind.ts'

type Params = { readonly enough: number }

const stuck = graph(import.meta.url, ({ enough }: Params) =>
  fromAsyncIterable({
    [Symbol.asyncIterator]: () => {
      let n = 0
      return {
        next: async () => {
          await new Promise(setImmediate)
          return { done: false, value: n++ } as const
        },
        return: () => new Promise<never>(() => {}),
      }
    },
  }).pipe(take(enough), collect()),
)
export default stuck

export const kind: Kind = {
  async play(scheduler) {
    const complaints: string[] = []
    const options = { scheduler, cleanupTimeoutMs: CLEANUP_TIMEOUT_MS }
    const end = await endOf(run(stuck({ enough: 5 }), options).done)
    if (end !== 'TERM_FAILED') complaints.push(`the run that has enough ended with ${String(end)}`)
    const endless = run(stuck({ enough: Number.MAX_SAFE_INTEGER }), options)
    const ended = endOf(endless.done)
    await underWay(endless, 300)
    await endless.cancel('enough')
    const cancelled = await ended
    if (cancelled !== 'CANCELLED') complaints.push('the cancelled run did not end as such')
    return complaints
  },
}
