/**
 * The histograms of a run, beside the single values of `instruments.ts`, and their buckets: the same for `/metrics` and
 * `millrace/otel`.
 */

import type { Durations, Stats } from '@millrace/core'
import type { Attributes } from './instruments.ts'

/** The durations that one set of attributes has seen. */
export interface DurationsPoint {
  readonly attributes: Attributes
  readonly durations: Durations
}

/** Something that takes its time again and again. In seconds. */
export interface HistogramInstrument {
  /** As OpenTelemetry spells it. */
  readonly name: string
  readonly unit: 's'
  readonly kind: 'histogram'
  readonly help: string
  points(stats: Stats): readonly DurationsPoint[]
}

/** All of them. An edge that has never held its writer back is left out: a large graph has few others. */
export const histograms: readonly HistogramInstrument[] = [
  {
    name: 'millrace.edge.wait.duration',
    unit: 's',
    kind: 'histogram',
    help: 'How long an edge held its writer back each time, once the writer could go on.',
    points: ({ edges }) =>
      edges.flatMap(({ from, output, to, input, waits }) =>
        waits === undefined ? [] : [{ attributes: { from, output, to, input }, durations: waits }],
      ),
  },
  {
    name: 'millrace.checkpoint.duration',
    unit: 's',
    kind: 'histogram',
    help: 'From the moment that a checkpoint is of until it was safe.',
    points: ({ checkpoints }) =>
      checkpoints === undefined ? [] : [{ attributes: {}, durations: checkpoints.durations }],
  },
]

/** The classes of `Durations` that are told apart: 16 µs to half a minute. What is shorter or longer goes with its neighbour. */
const [FIRST, LAST] = [4, 25]

/** The upper bounds of the buckets, in seconds; one bucket more has none. */
export const BOUNDS: readonly number[] = Array.from(
  { length: LAST - FIRST + 1 },
  (_, n) => 2 ** (n + FIRST) / 1e6,
)

/** How many durations are in each bucket, that without a bound included. */
export function bucketsOf({ classes }: Durations): number[] {
  const buckets = new Array<number>(BOUNDS.length + 1).fill(0)
  classes.forEach((count, at) => {
    const bucket = Math.min(BOUNDS.length, Math.max(0, at - FIRST))
    buckets[bucket] = (buckets[bucket] as number) + count
  })
  return buckets
}

/** What two readings of one kind say together: figures that have fallen, as those of a lost worker may, stay as they were. */
export function neverFewer(now: Durations, before: Durations | undefined): Durations {
  if (before === undefined) return now
  const length = Math.max(now.classes.length, before.classes.length)
  const classes = Array.from({ length }, (_, at) => Math.max(now.classes[at] ?? 0, before.classes[at] ?? 0))
  const count = classes.reduce((sum, each) => sum + each, 0)
  return { count, sumMs: Math.max(now.sumMs, before.sumMs), classes }
}

/** Durations of the same kind that came after an earlier reading. */
export function durationsSince(now: Durations, before: Durations | undefined): Durations {
  if (before === undefined) return now
  return {
    count: now.count - before.count,
    sumMs: now.sumMs - before.sumMs,
    classes: now.classes.map((count, at) => count - (before.classes[at] ?? 0)),
  }
}

/**
 * Values, in seconds, with the counts and the sum of the durations: a value for each bucket and how often it stands there.
 * For an exporter that takes single values alone.
 */
export function valuesLike(durations: Durations): { readonly value: number; readonly times: number }[] {
  const buckets = bucketsOf(durations)
  const lower = (at: number): number => (at === 0 ? 0 : (BOUNDS[at - 1] as number))
  // those without a bound may be of any length; the sum says which
  const upper = (at: number): number => BOUNDS[at] ?? lower(at) + durations.sumMs / 1000
  const sumOf = (bound: (at: number) => number): number =>
    buckets.reduce((sum, count, at) => sum + count * bound(at), 0)
  const [least, most] = [sumOf(lower), sumOf(upper)]
  // all lie at the same share of their bucket; just inside of it, whatever rounding does
  const share =
    most > least ? Math.min(1, Math.max(1e-9, (durations.sumMs / 1000 - least) / (most - least))) : 1
  return buckets.flatMap((times, at) =>
    times === 0 ? [] : [{ value: lower(at) + share * (upper(at) - lower(at)), times }],
  )
}
