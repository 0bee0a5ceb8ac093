/** What a frame shows of a run's figures: shares and waits of the time since an earlier look. Called by who makes frames. */

import { type Durations, quantileMs, type Stats } from '@millrace/core'
import { since } from '../model/interval.ts'
import type { EdgeWaits, Frame, Spread } from '../model/protocol.ts'

const NEVER: Durations = { count: 0, sumMs: 0, classes: [] }

/** Of a run that has ended `before` is undefined: then the figures are of all of it. */
export function shownOf(before: Stats | undefined, now: Stats): Pick<Frame, 'stats' | 'waits'> {
  const waits: Record<number, EdgeWaits> = {}
  const edges = now.edges.map(({ waits: durations, ...edge }, place) => {
    const all = durations === undefined ? undefined : spreadOf(durations)
    if (durations === undefined || all === undefined) return edge
    const lately = before === undefined ? undefined : spreadOf(durations, before.edges[place]?.waits ?? NEVER)
    waits[place] = { all, ...(lately === undefined ? {} : { lately }) }
    return edge
  })
  return { stats: { ...since(before, now), edges }, waits }
}

function spreadOf(durations: Durations, before?: Durations): Spread | undefined {
  const p50 = quantileMs(durations, 0.5, before)
  const p99 = quantileMs(durations, 0.99, before)
  return p50 === undefined || p99 === undefined ? undefined : { p50, p99 }
}
