/** Turns a run that hangs into a failing test with a name, instead of a silent time-out. */

import type { Summary } from '../run/options.ts'
import type { Stats } from '../stats.ts'

/** Far longer than any run of these tests takes: reached only by one that hangs. */
const DEADLINE_MS = 30_000

/** A run, whatever it gives. */
interface AnyRun {
  readonly done: Promise<Summary>
  stats(): Stats
  cancel(reason: unknown): Promise<void>
}

/** The run's summary; fails, with the figures so far, if the run does not settle. */
export async function settled(run: AnyRun): Promise<Summary> {
  let timer: NodeJS.Timeout | undefined
  const hangs = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const { items, edges, nodes } = run.stats()
      reject(new Error(`The run hangs: ${JSON.stringify({ items, nodes, edges })}`))
      run.cancel('it hangs').catch(() => undefined)
    }, DEADLINE_MS)
  })
  try {
    return await Promise.race([run.done, hangs])
  } finally {
    clearTimeout(timer)
  }
}
