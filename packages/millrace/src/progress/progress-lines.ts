/** `progressLines`: what is drawn of each look at a run, as a line or as a table. Called by `command/run.ts`. */

import type { GraphJson, Stats } from '@millrace/core'
import { whySlow } from '../why-slow.ts'
import { progressLine } from './progress-line.ts'
import { progressTable, type Room } from './progress-table.ts'

/** How much is shown of a run on a terminal. */
export type ProgressKind = 'line' | 'full' | 'none'

/** Makes the lines of one look after the other. */
export async function progressLines(
  kind: ProgressKind,
  graph: GraphJson,
): Promise<(stats: Stats, room: Room) => string[]> {
  let first: Stats | undefined
  let before: Stats | undefined
  const viewOf = (stats: Stats) => {
    const view = { stats, before, first, rssBytes: process.memoryUsage.rss() }
    first ??= stats
    before = stats
    return view
  }
  if (kind === 'line') return (stats, { width }) => [progressLine(viewOf(stats), width)]
  const { Moments, pictureOf, since } = await import('@millrace/ui')
  const picture = pictureOf(graph)
  const moments = new Moments(picture)
  return (stats, room) => {
    const view = viewOf(stats)
    const limit = whySlow(stats, view.before)
    const frame = {
      time: Date.now(),
      state: stats.phase === 'ended' ? 'completed' : stats.phase,
      stats: since(view.before, stats),
    } as const
    return progressTable(view, picture, moments.next(limit === undefined ? frame : { ...frame, limit }), room)
  }
}
