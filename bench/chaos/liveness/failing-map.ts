// Kind 28: an async map whose 150th call fails. The run ends with that failure.

import { graph, run } from 'millrace'
import { collect, fromIterable, map } from 'millrace/terms'
import { endOf, type Kind } from './kind.ts'

const numbers = Array.from({ length: 200 }, (_, n) => n)

const failing = graph(import.meta.url, () =>
  fromIterable(numbers).pipe(
    map(async (n) => {
      if (n === 150) throw new Error('as planned')
      return n
    }),
    collect(),
  ),
)
export default failing

export const kind: Kind = {
  async play(scheduler) {
    const end = await endOf(run(failing(), { scheduler }).done)
    return end === 'TERM_FAILED' ? [] : [`ended with ${typeof end === 'string' ? end : end.outcome}`]
  },
}
