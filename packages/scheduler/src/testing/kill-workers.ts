/** `killWorkers`: ends workers of a run by chance, but always the same chance. For tests and the chaos benchmark. */

import type { Clock, Run } from '@millrace/core'
import { systemClock } from '@millrace/core/engine'
import { Random } from '@millrace/core/testing'
import { workersOf } from './workers-of.ts'

/** When workers are ended, and how many. */
export interface KillOptions {
  /** The same seed gives the same pauses, and picks of the same rank among the workers there are. */
  readonly seed: number
  /** Milliseconds between two kills on the mean; each pause is between half of it and half as much again. Default 200. */
  readonly everyMs?: number
  /** Workers ended at most. Default: no limit. */
  readonly kills?: number
  /** Default: the system's. */
  readonly clock?: Clock
}

/** Ends workers until it is told to stop, or the run is over. */
export interface Killer {
  /** Workers ended so far. */
  readonly kills: number
  /** Ends no further worker. Idempotent. */
  stop(): void
}

/**
 * Ends a random worker of a run at random moments, under any strategy: threads by `terminate()`, processes by `SIGKILL`.
 * A moment at which the run has no worker passes without a kill. Stops by itself when the run is over.
 *
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { fromIterable } from 'millrace/terms'
 * import { killWorkers } from 'millrace/testing'
 *
 * const running = run(fromIterable([1, 2, 3]))
 * const killer = killWorkers(running, { seed: 7, everyMs: 50 })
 * console.log((await running.done).items.out, killer.kills) // 3 0
 * ```
 */
export function killWorkers(
  running: Pick<Run<unknown>, 'stats' | 'done'>,
  { seed, everyMs = 200, kills: limit = Number.POSITIVE_INFINITY, clock = systemClock }: KillOptions,
): Killer {
  const random = new Random(seed)
  let kills = 0
  let isOver = false
  let cancel: () => void = () => {}
  const stop = (): void => {
    isOver = true
    cancel()
  }
  const next = (): void => {
    if (isOver || kills >= limit) return
    cancel = clock.after(everyMs * (0.5 + random.next()), () => {
      const workers = workersOf(running)
      const choice = random.next()
      const worker = workers[Math.floor(choice * workers.length)]
      if (worker !== undefined) {
        worker.kill()
        kills++
      }
      next()
    })
  }
  next()
  running.done.then(stop, stop)
  return {
    get kills() {
      return kills
    },
    stop,
  }
}
