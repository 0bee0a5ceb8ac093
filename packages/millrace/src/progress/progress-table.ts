/** A run's figures as a table of its terms, as `top` shows processes: `--progress full`. Pure; called by `command/run.ts`. */

import type { Moment, NodeNow, Picture } from '@millrace/ui'
import { cutTo, linesOfTable } from '../report/table.ts'
import { type ProgressView, progressLine } from './progress-line.ts'

/** Room on the terminal. */
export interface Room {
  readonly width: number
  readonly height: number
}

const HEAD = ['term', 'state', 'busy', 'wait', 'held', 'idle', 'in/s', 'out/s', 'queued', 'failed']
const RIGHT = [2, 3, 4, 5, 6, 7, 8, 9]
const NAME = 30
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 })

/**
 * The progress line, and below it a line for each term, in the order of the graph. Where they are too many, those that
 * are most at work. The term that limits the run has a mark.
 */
export function progressTable(view: ProgressView, picture: Picture, moment: Moment, room: Room): string[] {
  const first = progressLine(view, room.width)
  const places = placesShown(moment.nodes, room.height - 3)
  const queued = picture.nodes.map(() => 0)
  picture.edges.forEach(({ to }, at) => {
    queued[to] = (queued[to] as number) + (moment.edges[at]?.items ?? 0)
  })
  const rows = places.map((place) => {
    const { id } = picture.nodes[place] as Picture['nodes'][number]
    return rowOf(id, moment.nodes[place] as NodeNow, queued[place] as number)
  })
  const left = moment.nodes.length - places.length
  const more = left > 0 ? [`and ${left} terms that do less`] : []
  const table = places.length === 0 ? [] : linesOfTable([HEAD, ...rows], RIGHT)
  return [first, ...[...table, ...more].map((line) => cutTo(line, room.width))]
}

function rowOf(id: string, now: NodeNow, queued: number): string[] {
  const { busy, waiting, backpressured, idle } = now.shares
  const percents = [busy, waiting, backpressured, idle].map((share) => `${Math.round(share * 100)} %`)
  const counts = [now.inRate, now.outRate, queued, now.failed].map((figure) => compact.format(figure))
  const name = cutTo(`${now.isLimiting ? '> ' : '  '}${id.replace(/[\p{Cc}\s]+/gu, ' ')}`, NAME)
  return [name, now.state, ...percents, ...counts]
}

/** Places of the terms that have room, in order. */
function placesShown(nodes: readonly NodeNow[], room: number): number[] {
  const places = nodes.map((_, place) => place)
  if (places.length <= room) return places
  const heat = ({ isLimiting, shares }: NodeNow): number =>
    (isLimiting ? 8 : 0) + 4 * shares.busy + 2 * shares.waiting + shares.backpressured
  return places
    .sort((a, b) => heat(nodes[b] as NodeNow) - heat(nodes[a] as NodeNow) || a - b)
    .slice(0, Math.max(0, room - 1))
    .sort((a, b) => a - b)
}
