/** A run's figures as one line of text. Pure; called by `progress.ts` and `command/run.ts`. */

import type { Stats } from '@millrace/core'
import { cutTo } from '../report/table.ts'
import { whySlow } from '../why-slow.ts'
import { howFar } from './how-far.ts'

/** What a progress line is made of. */
export interface ProgressView {
  readonly stats: Stats
  /** The look before: rates are those since then. */
  readonly before?: Stats | undefined
  /** The first look at the run: the time that is left is estimated from what was read since then. */
  readonly first?: Stats | undefined
  readonly rssBytes: number
}

const BAR = 16

/**
 * How far the run is and how long it will take, if its sources know; items in and out, items per second through the term
 * that had most of them since `before`, memory, and the term that limits the run, in at most `width` columns.
 */
export function progressLine({ stats, before, first, rssBytes }: ProgressView, width: number): string {
  const seconds = (stats.elapsedMs - (before?.elapsedMs ?? 0)) / 1000
  const why = whySlow(stats, before)
  const parts = [
    ...barOf(stats, first),
    `${count(stats.items.in)} in, ${count(stats.items.out)} out`,
    perSecond(mostMoved(stats, before), seconds),
    `${Math.round(rssBytes / 1024 / 1024)} MB`,
    ...(why === undefined ? [] : [why.text]),
  ]
  return cutTo(parts.join(' | '), width)
}

/** `██████░░░░ 62 %, 12 s left`; nothing where the whole is not known. */
export function barOf(stats: Stats, first: Stats | undefined): string[] {
  const far = howFar(stats, first)
  if (far === undefined) return []
  const full = Math.floor(far.share * BAR)
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${Math.floor(far.share * 100)} %`
  if (far.restMs === undefined || far.share >= 1) return [bar]
  return [`${bar}, ${duration(Math.ceil(far.restMs / 1000), 0)} left`]
}

/** What ran, what went in and out, how long it took. */
export function closingLine(module: string, outcome: string, stats: Stats): string {
  const { items, elapsedMs } = stats
  const seconds = elapsedMs / 1000
  const lost = items.dropped + items.deadLettered + items.unmatched
  const why = whySlow(stats)
  return [
    `${module} ${outcome} in ${duration(seconds)}: ${count(items.in)} in, ${count(items.out)} out`,
    ...(lost === 0 ? [] : [`${count(lost)} dropped, set aside or unmatched`]),
    perSecond(mostMoved(stats, undefined), seconds),
    ...(why === undefined ? [] : [why.text]),
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

const grouped = new Intl.NumberFormat('en-US')
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 })

function count(items: number): string {
  return grouped.format(items)
}

function perSecond(items: number, seconds: number): string {
  return `${compact.format(seconds > 0 ? items / seconds : 0)} items/s`
}

function duration(seconds: number, digits = seconds < 10 ? 2 : 1): string {
  if (seconds < 60) return `${seconds.toFixed(digits)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}
