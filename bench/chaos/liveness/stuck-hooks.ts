// Kind 31, hooks: `enter`, `end` or `exit` of a term never settles. However the run ends, a cancel settles it.

import { FunctionTerm, graph, run } from 'millrace'
import { collect, fromIterable } from 'millrace/terms'
import { endOf, type Kind, pause } from './kind.ts'

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

export const kind: Kind = {
  async play(scheduler) {
    for (const hook of ['enter', 'end', 'exit'] as const) {
      const running = run(stuck({ hook }), { scheduler })
      const ended = endOf(running.done)
      await pause(50)
      await running.cancel('enough')
      await ended
    }
    return []
  },
}
