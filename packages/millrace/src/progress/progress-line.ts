/** A run's figures as one line of text. Pure; called by `progress.ts` and `command/run.ts`. */

import type { StageStats, Stats } from '@millrace/core'

/**
 * Items in and out, items per second through the term that had most of them since `before`, how busy each stage has been, and memory, in at most `width`
 * characters; the busiest stages come first, so that it is the idle ones that are cut off.
 */
export function progressLine(
  stats: Stats,
  before: Stats | undefined,
  rssBytes: number,
  width: number,
): string {
  const seconds = (stats.elapsedMs - (before?.elapsedMs ?? 0)) / 1000
  const parts = [
    `${count(stats.items.in)} in, ${count(stats.items.out)} out`,
    perSecond(mostMoved(stats, before), seconds),
    `${Math.round(rssBytes / 1024 / 1024)} MB`,
    ...busyShares(stats.stages, stats.elapsedMs),
  ]
  return cut(parts.join(' | '), width)
}

/** What ran, what went in and out, how long it took. */
export function closingLine(module: string, outcome: string, stats: Stats): string {
  const { items, elapsedMs } = stats
  const seconds = elapsedMs / 1000
  const lost = items.dropped + items.deadLettered + items.unmatched
  return [
    `${module} ${outcome} in ${duration(seconds)}: ${count(items.in)} in, ${count(items.out)} out`,
    ...(lost === 0 ? [] : [`${count(lost)} dropped, set aside or unmatched`]),
    perSecond(mostMoved(stats, undefined), seconds),
  ].join(', ')
}

/**
 * Items that the term which had most of them took or gave since `before`: few items in may be many further on, and many
 * may become few.
 */
function mostMoved(stats: Stats, before: Stats | undefined): number {
  let most = stats.items.in - (before?.items.in ?? 0)
  stats.nodes.forEach((node, at) => {
    const last = before?.nodes[at]
    most = Math.max(most, node.in - (last?.in ?? 0), node.out - (last?.out ?? 0))
  })
  return most
}

function busyShares(stages: readonly StageStats[], elapsedMs: number): string[] {
  return stages
    .filter((stage) => stage.busyMs > 0)
    .toSorted((a, b) => b.busyMs - a.busyMs)
    .map(({ nodes, busyMs }) => `${nodes.join('+')} ${Math.round((100 * busyMs) / Math.max(elapsedMs, 1))} %`)
}

const grouped = new Intl.NumberFormat('en-US')
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 })

function count(items: number): string {
  return grouped.format(items)
}

function perSecond(items: number, seconds: number): string {
  return `${compact.format(seconds > 0 ? items / seconds : 0)} items/s`
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`
}
