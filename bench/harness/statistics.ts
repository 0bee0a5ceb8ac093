// Medians, spreads and the ratios between contenders. Pure: called with plain figures, reads no clock.

import type { Contender, FigureOfMerit, Outcome, Row, Spread, Suite, Target } from './contracts.ts'

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle]
  if (upper === undefined) throw new RangeError('median of no values')
  const lower = sorted[middle - 1]
  return sorted.length % 2 === 1 || lower === undefined ? upper : (lower + upper) / 2
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
}

/** `{ a: 1 }, { a: 3 }` becomes `{ a: { median: 2, min: 1, max: 3 } }`. */
export function spreads(rounds: readonly Readonly<Record<string, number>>[]): Record<string, Spread> {
  const names = new Set(rounds.flatMap((figures) => Object.keys(figures)))
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      spread(rounds.map((figures) => figures[name]).filter((value) => value !== undefined)),
    ]),
  )
}

/** `node-streams` becomes `NodeStreams`, the way ratios name it. */
export function ratioName(contender: string): string {
  return contender.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** `work-stealing` becomes `workStealing`. */
export function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** How many times better the subject is than each other contender: above 1, the subject wins. */
export function ratiosOf(
  suite: Pick<Suite, 'subject' | 'figure'> & {
    readonly contenders: readonly Pick<Contender, 'name' | 'backpressure'>[]
  },
  rows: readonly Row[],
): Record<string, number> {
  const withBackpressure = new Set(suite.contenders.filter((c) => c.backpressure).map((c) => c.name))
  const ratios: Record<string, number> = {}
  for (const subject of rows) {
    if (subject.contender !== suite.subject) continue
    const peers = rows.filter((row) => row.workload === subject.workload && row !== subject)
    const bounded: number[] = []
    for (const peer of peers) {
      const ratio = ratioOf(suite.figure, subject, peer)
      if (ratio === undefined) continue
      ratios[`${subject.workload}.vs${ratioName(peer.contender)}`] = ratio
      if (withBackpressure.has(peer.contender)) bounded.push(ratio)
    }
    if (bounded.length > 0) ratios[`${subject.workload}.vsBestWithBackpressure`] = Math.min(...bounded)
  }
  return ratios
}

/** How many times better a row is than a peer's; undefined where either has no figure. */
export function ratioOf({ name, better }: FigureOfMerit, subject: Row, peer: Row): number | undefined {
  const ours = subject.figures[name]?.median
  const theirs = peer.figures[name]?.median
  if (ours === undefined || theirs === undefined) return undefined
  return better === 'higher' ? ours / theirs : theirs / ours
}

export function judge(
  targets: readonly Target[],
  ratios: Readonly<Record<string, number>>,
): Outcome['targets'] {
  return targets.map((target) => {
    const seen = ratios[target.ratio] ?? null
    const met = seen !== null && ('atLeast' in target ? seen >= target.atLeast : seen <= target.atMost)
    return { ...target, seen, met }
  })
}
