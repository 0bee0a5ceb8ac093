/** How long this turn of the event loop has been going on for the engines of this thread. Called by `Engine`. */

import { performance } from 'node:perf_hooks'

/** Set during a turn in which an engine worked; one for all engines, since they share the thread. */
let begun: number | undefined

/** When the first engine began to work in this turn, in ms on the monotonic clock. */
export function turnBegan(): number {
  if (begun === undefined) {
    begun = performance.now()
    setImmediate(() => {
      begun = undefined
    })
  }
  return begun
}

/** Whether engines have worked for so many ms in this turn. */
export function turnHasLasted(ms: number): boolean {
  return begun !== undefined && performance.now() - begun > ms
}
