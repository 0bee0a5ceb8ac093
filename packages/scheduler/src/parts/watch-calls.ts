/** Ends the threads of parts in which a call takes longer than it may. Called by `PartsPlacement`. */

import { MillraceError } from '@millrace/core'
import { limitsOf } from '../remote/call-limits.ts'
import { exceededLimit, watchLimits } from '../remote/hang-watch.ts'
import type { Part } from './part.ts'

/** Looks after the calls of these parts until the returned function is called. */
export function watchCalls(parts: readonly Part[]): () => void {
  const ends = parts.map((part) => {
    const limitsMs = limitsOf(part.stages.flatMap(({ nodes }) => nodes))
    return limitsMs === undefined ? () => {} : watchLimits(limitsMs, () => endIfHanging(part))
  })
  return () => {
    for (const end of ends) end()
  }
}

function endIfHanging({ isUp, thread }: Part): void {
  if (!isUp) return
  const limitMs = exceededLimit(thread.notes)
  if (limitMs === undefined) return
  thread.kill(new MillraceError('WORKER_ENDED', `A call had not ended after ${limitMs} ms.`))
}
