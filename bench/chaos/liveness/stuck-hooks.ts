// Kind 31, hooks: `enter`, `end` or `exit` of a term never settles. A cancel settles the run, whenever it comes; an `exit`
// that is not cancelled fails it once the limit of clean-up is over.

import { FunctionTerm, graph, run } from 'millrace'
import { collect, fromIterable } from 'millrace/terms'
import { CLEANUP_TIMEOUT_MS, endOf, type Kind, pause } from './kind.ts'

type Params = { readonly hook: 'enter' | 'end' | 'exit' }

const never = (): Promise<void> => new Promise(() => {})

class Stuck extends FunctionTerm<number, number> {
  constructor(hook: Params['hook']) {
    super()
    Object.assign(this, { [hook]: never })
  }
  override f(n: number): number {
    return n
  }
}

const stuck = graph(import.meta.url, ({ hook }: Params) =>
  fromIterable([1, 2, 3]).pipe(new Stuck(hook), collect()),
)
export default stuck

/** Cancels come before the workers are there, while they load, and when the hook is waited for. */
const MOMENTS_MS = [0, 20, 80, 300]
let played = 0

export const kind: Kind = {
  async play(scheduler) {
    const complaints: string[] = []
    const options = { scheduler, cleanupTimeoutMs: CLEANUP_TIMEOUT_MS }
    const moment = MOMENTS_MS[played++ % MOMENTS_MS.length] as number
    for (const hook of ['enter', 'end', 'exit'] as const) {
      const running = run(stuck({ hook }), options)
      const ended = endOf(running.done)
      await pause(moment)
      await running.cancel('enough')
      const end = await ended
      const isRight = end === 'CANCELLED' || (hook === 'exit' && end === 'TERM_FAILED')
      if (!isRight) complaints.push(`${hook} ended with ${String(end)}`)
    }
    const end = await endOf(run(stuck({ hook: 'exit' }), options).done)
    if (end !== 'TERM_FAILED') complaints.push(`the run with a stuck exit ended with ${String(end)}`)
    return complaints
  },
}
