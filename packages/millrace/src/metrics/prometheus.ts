/** The values of a run in Prometheus' text format, version 0.0.4. Called by `handler.ts`. */

import { BOUNDS, bucketsOf, type DurationsPoint, type HistogramInstrument } from './histograms.ts'
import type { Attributes, Instrument, Point } from './instruments.ts'
import type { AllReadings } from './readings.ts'

/** The media type of the text. */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

const UNITS: Readonly<Record<string, string>> = { s: '_seconds', By: '_bytes' }

type Named = Pick<Instrument | HistogramInstrument, 'name' | 'unit' | 'kind'>

/** An instrument's name as Prometheus spells it: with its unit, and `_total` for what only grows. */
export function prometheusName({ name, unit, kind }: Named): string {
  return `${name.replaceAll('.', '_')}${UNITS[unit] ?? ''}${kind === 'counter' ? '_total' : ''}`
}

/** All values as text. */
export function prometheusText({ values, histograms }: AllReadings): string {
  const lines = [
    ...values.flatMap(({ instrument, points }) => {
      const name = prometheusName(instrument)
      return withHead(
        instrument,
        points.map((point) => sampleOf(name, point)),
      )
    }),
    ...histograms.flatMap(({ instrument, points }) => {
      const name = prometheusName(instrument)
      return withHead(
        instrument,
        points.flatMap((point) => bucketSamples(name, point)),
      )
    }),
  ]
  return `${lines.join('\n')}\n`
}

function withHead(instrument: Named & { readonly help: string }, samples: readonly string[]): string[] {
  if (samples.length === 0) return []
  const name = prometheusName(instrument)
  return [`# HELP ${name} ${escapeHelp(instrument.help)}`, `# TYPE ${name} ${instrument.kind}`, ...samples]
}

/** Prometheus' buckets hold all that is not longer, so each counts those before it, too. */
function bucketSamples(name: string, { attributes, durations }: DurationsPoint): string[] {
  let count = 0
  const buckets = bucketsOf(durations).map((more, at) => {
    count += more
    const le = numberOf(BOUNDS[at] ?? Number.POSITIVE_INFINITY)
    return sampleOf(`${name}_bucket`, { attributes: { ...attributes, le }, value: count })
  })
  return [
    ...buckets,
    sampleOf(`${name}_sum`, { attributes, value: durations.sumMs / 1000 }),
    sampleOf(`${name}_count`, { attributes, value: durations.count }),
  ]
}

function sampleOf(name: string, { attributes, value }: Point): string {
  return `${name}${labelsOf(attributes)} ${numberOf(value)}`
}

function labelsOf(attributes: Attributes): string {
  const labels = Object.entries(attributes).map(
    ([key, text]) => `${key.replaceAll('.', '_')}="${escapeLabel(text)}"`,
  )
  return labels.length === 0 ? '' : `{${labels.join(',')}}`
}

function numberOf(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"')
}
