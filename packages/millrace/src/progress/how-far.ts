/** `howFar`: how much of a run's sources has been read, and when they will be through. Pure; called by `progress-line.ts`. */

import type { SourceProgress, Stats } from '@millrace/core'

/** How far all sources together are. */
export interface HowFar {
  /** From 0 to 1. */
  readonly share: number
  /** As long as it will take at the rate since `first`; `undefined` before anything can be said. */
  readonly restMs: number | undefined
}

/** Undefined unless every source of the run knows its whole. `first` is an early look at the same run. */
export function howFar(stats: Stats, first?: Stats): HowFar | undefined {
  const share = shareOf(stats)
  if (share === undefined) return undefined
  // a run that goes on from a checkpoint has begun far from 0
  const [from, since] = first === undefined ? [0, 0] : [shareOf(first) ?? 0, first.elapsedMs]
  const restMs = share > from ? ((stats.elapsedMs - since) * (1 - share)) / (share - from) : undefined
  return { share, restMs }
}

function shareOf({ nodes, edges }: Stats): number | undefined {
  const readers = new Set(edges.map(({ to }) => to))
  const wholes: SourceProgress[] = []
  for (const { id, progress } of nodes) {
    if (readers.has(id)) continue
    if (progress === undefined) return undefined
    wholes.push(progress)
  }
  const units = new Set(wholes.map(({ unit }) => unit))
  const [total, done] = (['total', 'done'] as const).map((key) =>
    wholes.reduce((sum, whole) => sum + whole[key], 0),
  ) as [number, number]
  if (wholes.length === 0 || total === 0) return undefined
  // bytes and items cannot be added: then the source that is behind counts
  const share = units.size === 1 ? done / total : Math.min(...wholes.map((whole) => partOf(whole)))
  return Math.min(1, share)
}

function partOf({ done, total }: SourceProgress): number {
  return total === 0 ? 1 : done / total
}
