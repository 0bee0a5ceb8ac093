/**
 * Visits from a web log: lines are parsed, lines that were shipped twice are taken out, each visitor's requests are cut
 * into visits wherever half an hour passes without one, and visits are summed up per visitor.
 *
 *     log --> parse --> deduplicate --> sessionise --> toVisit --> keyedAggregate --> toLine --> print
 *
 * Run it with: npx millrace run examples/07-log-sessions.ts
 */
import { graph, run, type Summary } from 'millrace'
import {
  aggregates,
  countOf,
  deduplicate,
  fromIterable,
  type Keyed,
  keyedAggregate,
  map,
  maxOf,
  meanOf,
  print,
  type Sessionised,
  sessionise,
} from 'millrace/terms'
import { Random } from 'millrace/testing'

const MINUTE_MS = 60_000
const START = Date.UTC(2024, 2, 1)
const VISITORS = ['ada', 'ben', 'eva', 'kim']
const PAGES = ['/', '/search', '/item', '/basket', '/pay']

/** Requests that are further apart belong to two visits. */
export const GAP_MS = 30 * MINUTE_MS

/** One request. */
export interface Hit {
  readonly id: number
  readonly visitor: string
  readonly at: number
  readonly page: string
}

/** A day of log lines, up to five minutes out of order, with one in twenty twice. */
export function logLines(seed: number): string[] {
  const random = new Random(seed)
  const written: { readonly line: string; readonly order: number }[] = []
  let id = 0
  for (const visitor of VISITORS) {
    let at = START + random.below(300) * MINUTE_MS
    while (at < START + 1440 * MINUTE_MS) {
      const line = `${++id} ${visitor} ${new Date(at).toISOString()} ${random.pick(PAGES)}`
      const order = at + random.below(5 * MINUTE_MS)
      written.push({ line, order })
      if (random.below(20) === 0) written.push({ line, order: order + 1 })
      // mostly a few minutes on, now and then hours
      at +=
        random.below(12) === 0 ? (60 + random.below(240)) * MINUTE_MS : 1000 + random.below(10 * MINUTE_MS)
    }
  }
  return written.sort((a, b) => a.order - b.order).map(({ line }) => line)
}

/** The request that a line tells of. */
export function parse(line: string): Hit {
  const [id = '', visitor = '', at = '', page = ''] = line.split(' ')
  return { id: Number(id), visitor, at: Date.parse(at), page }
}

function toVisit({ key, start, value }: Sessionised<Hit, string>) {
  return { visitor: key, pages: value.items.length, minutes: (value.last - start) / MINUTE_MS }
}

interface Habits {
  readonly visits: number
  readonly pages: number
  readonly longest: number
}

function toLine({ key, value: { visits, pages, longest } }: Keyed<string, Habits>): string {
  return `${key}: ${visits} visits, ${pages.toFixed(1)} pages each, the longest ${longest.toFixed(0)} minutes`
}

const logSessions = graph(import.meta.url, ({ seed = 7 }: { seed?: number }) =>
  fromIterable(logLines(seed)).pipe(
    map(parse),
    deduplicate((hit) => hit.id, { forMs: GAP_MS, time: (hit) => hit.at }),
    sessionise({
      key: (hit) => hit.visitor,
      time: (hit) => hit.at,
      gapMs: GAP_MS,
      outOfOrderMs: 5 * MINUTE_MS,
    }),
    map(toVisit),
    keyedAggregate(
      (visit) => visit.visitor,
      aggregates({
        visits: countOf(),
        pages: meanOf((visit) => visit.pages),
        longest: maxOf((visit) => visit.minutes),
      }),
    ),
    map(toLine),
    print(),
  ),
)
export default logSessions

/** The same from a program. */
export function main(): Promise<Summary> {
  return run(logSessions({})).done
}

// Prints:
//
//     eva: 7 visits, 10.7 pages each, the longest 136 minutes
//     ada: 5 visits, 17.4 pages each, the longest 179 minutes
//     ben: 5 visits, 23.6 pages each, the longest 282 minutes
//     kim: 6 visits, 15.2 pages each, the longest 206 minutes
