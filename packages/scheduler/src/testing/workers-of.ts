/** `workersOf`: handles of the workers that a run uses, for tests that end them. */

import type { Run } from '@millrace/core'
import { type LiveWorker, liveWorkers } from '../threads/live-workers.ts'

/**
 * The live workers that have done something for this run, or, without a run, all of the process, those that are kept for
 * later included. Workers of other processes' runs and of runs inside of workers are not among them.
 *
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { fromIterable } from 'millrace/terms'
 * import { workersOf } from 'millrace/testing'
 *
 * const running = run(fromIterable([1, 2, 3]), { scheduler: { strategy: 'inline' } })
 * for (const worker of workersOf(running)) worker.kill() // nobody, under this strategy
 * console.log((await running.done).items.out) // 3
 * ```
 */
export function workersOf(running?: Pick<Run<unknown>, 'stats'>): LiveWorker[] {
  if (running === undefined) return liveWorkers()
  const ids = new Set(running.stats().threads.workers.map(({ id }) => id))
  return liveWorkers().filter(({ id }) => ids.has(id))
}
