// Kind 29: two runs side by side, one of calls that wait for long, which is cancelled, the other of calls that keep their
// thread for longer than an abandoned batch may take. The second one is not to notice.

import { graph, run } from 'millrace'
import { collect, fromIterable, map } from 'millrace/terms'
import { endOf, type Kind, losses, underWay } from './kind.ts'

/** Longer than a worker has to let go of an abandoned batch. */
const CALL_MS = 700

type Params = { readonly how: 'waits' | 'works'; readonly items: number }

const calls = graph(import.meta.url, ({ how, items }: Params) =>
  fromIterable(Array.from({ length: items }, (_, n) => n)).pipe(
    map((n) => {
      if (how === 'waits') return new Promise<number>((resolve) => setTimeout(resolve, 30_000, n).unref())
      // the thread is as good as busy, and the processor free for other programs
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, CALL_MS)
      return n
    }),
    collect(),
  ),
)
export default calls

export const kind: Kind = {
  async play(scheduler) {
    const items = 3
    const working = endOf(run(calls({ how: 'works', items }), { scheduler }).done)
    const waiting = run(calls({ how: 'waits', items: 100 }), { scheduler })
    const waited = endOf(waiting.done)
    await underWay(waiting, 300)
    await waiting.cancel('enough')
    const complaints: string[] = []
    const cancelled = await waited
    if (cancelled !== 'CANCELLED') complaints.push(`the cancelled run ended with ${String(cancelled)}`)
    const end = await working
    if (typeof end === 'string') return [...complaints, `the other run ended with ${end}`]
    const result = JSON.stringify(end.results['collect'])
    if (result !== '[0,1,2]') complaints.push(`the other run gave ${result}`)
    return [...complaints, ...losses(end)]
  },
}
