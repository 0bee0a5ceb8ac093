/**
 * `observeRun`: hands a run's figures to OpenTelemetry, as observable instruments, and its course as spans. The same table
 * as `/metrics`, so the two agree.
 *
 * Items cost nothing: instruments are read when the SDK collects, and there is a span for the run, for each checkpoint, and
 * for some calls of async terms: ten a second of each term.
 */

import { type CheckpointInfo, type Durations, MillraceError, messageOf, type Run } from '@millrace/core'
import type {
  Context,
  Histogram,
  Meter,
  ObservableCounter,
  ObservableUpDownCounter,
  Span,
  Tracer,
} from '@opentelemetry/api'
import { BOUNDS, durationsSince, histograms, valuesLike } from '../metrics/histograms.ts'
import { instruments } from '../metrics/instruments.ts'
import { type HistogramReading, Readings } from '../metrics/readings.ts'

type Api = typeof import('@opentelemetry/api')

/** Which meter and tracer to use. */
export interface OtelOptions {
  /** Default: `millrace` of the global meter provider. */
  readonly meter?: Meter
  /** Default: `millrace` of the global tracer provider. */
  readonly tracer?: Tracer
}

/** Between two spans of calls of one term, at least. */
const CALLS_EVERY_MS = 100

/** What is needed of a run to observe it. */
export type ObservedRun<Out> = Pick<Run<Out>, 'stats' | 'on' | 'done'>

/**
 * Observes a run until it has ended; call it right after `run()`. The figures are read when the SDK collects, also once
 * after the end, and then let go by `stop`. The run's id, if it has one, belongs into the SDK's resource, not into labels.
 *
 * @returns how to let go of the instruments.
 * @throws {MillraceError} `OTEL_MISSING`, as a rejection, if `@opentelemetry/api` is not installed.
 * @example
 * ```ts no-run
 * import { run } from 'millrace'
 * import { observeRun } from 'millrace/otel'
 * import { forEach, fromIterable } from 'millrace/terms'
 *
 * const running = run(fromIterable([1, 2, 3]).pipe(forEach(() => {})))
 * const stop = await observeRun(running)
 * await running.done
 * stop()
 * ```
 */
export async function observeRun<Out>(
  running: ObservedRun<Out>,
  options: OtelOptions = {},
): Promise<() => void> {
  const api = await loadApi()
  const { meter = api.metrics.getMeter('millrace'), tracer = api.trace.getTracer('millrace') } = options
  traceRun(running, tracer, api)
  return observeFigures(running, meter)
}

async function loadApi(): Promise<Api> {
  try {
    return await import('@opentelemetry/api')
  } catch (cause) {
    throw new MillraceError(
      'OTEL_MISSING',
      `millrace/otel needs @opentelemetry/api: npm install @opentelemetry/api (${messageOf(cause)})`,
      { cause },
    )
  }
}

/**
 * Hands histograms on: what came since the last time, value by value, since OpenTelemetry has no histograms that are read.
 * Counts and sums are exact; within its bucket a value is made up.
 */
function durationsRecorder(meter: Meter): (readings: readonly HistogramReading[]) => void {
  const told = new Map<string, Durations>()
  const made = new Map<string, Histogram>(
    histograms.map(({ name, unit, help }) => {
      const advice = { explicitBucketBoundaries: [...BOUNDS] }
      return [name, meter.createHistogram(name, { description: help, unit, advice })]
    }),
  )
  return (readings) => {
    for (const { instrument, points } of readings) {
      const histogram = made.get(instrument.name)
      for (const { attributes, durations } of points) {
        const key = `${instrument.name} ${JSON.stringify(attributes)}`
        for (const { value, times } of valuesLike(durationsSince(durations, told.get(key)))) {
          for (let time = 0; time < times; time++) histogram?.record(value, attributes)
        }
        told.set(key, durations)
      }
    }
  }
}

function observeFigures<Out>(running: ObservedRun<Out>, meter: Meter): () => void {
  const readings = new Readings(() => running.stats())
  const observables = new Map<string, ObservableCounter | ObservableUpDownCounter>(
    instruments.map(({ name, kind, unit, help }) => {
      const options = { description: help, unit }
      return [
        name,
        kind === 'counter'
          ? meter.createObservableCounter(name, options)
          : meter.createObservableUpDownCounter(name, options),
      ]
    }),
  )
  const recordDurations = durationsRecorder(meter)
  const observe: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
    const { values, histograms: spread } = readings.read()
    for (const { instrument, points } of values) {
      const observable = observables.get(instrument.name)
      if (observable === undefined) continue
      for (const { attributes, value } of points) result.observe(observable, value, attributes)
    }
    recordDurations(spread)
  }
  const all = [...observables.values()]
  meter.addBatchObservableCallback(observe, all)
  return () => meter.removeBatchObservableCallback(observe, all)
}

function traceRun<Out>(
  running: ObservedRun<Out>,
  tracer: Tracer,
  { trace, context, SpanStatusCode }: Api,
): void {
  const span = tracer.startSpan('millrace.run', { startTime: Date.now() - running.stats().elapsedMs })
  const inside = trace.setSpan(context.active(), span)
  running.on('checkpoint', (info: CheckpointInfo) => {
    const endTime = Date.now()
    tracer
      .startSpan(
        'millrace.checkpoint',
        { startTime: endTime - info.elapsedMs, attributes: attributesOf(info) },
        inside,
      )
      .end(endTime)
  })
  if (span.isRecording()) sampleCalls(running, tracer, inside, SpanStatusCode)
  running.on(
    'stall',
    ({ from, to, capacityItems }) => void span.addEvent('stall', { from, to, capacityItems }),
  )
  running.on('health', ({ level }) => void span.addEvent('health', { level }))
  const countItems = (): void => {
    const { items } = running.stats()
    for (const [name, count] of Object.entries(items)) span.setAttribute(`millrace.items.${name}`, count)
  }
  running.done.then(
    ({ outcome }) => {
      countItems()
      endSpan(span, outcome, SpanStatusCode)
    },
    (error: unknown) => {
      countItems()
      span.recordException(error instanceof Error ? error : messageOf(error))
      span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) })
      span.end()
    },
  )
}

/** Spans of some calls of async terms: for each term one that ends, and then none for a while. */
function sampleCalls<Out>(
  running: ObservedRun<Out>,
  tracer: Tracer,
  inside: Context,
  codes: Api['SpanStatusCode'],
): void {
  const due = new Map<string, number>()
  running.on('call', ({ node, beginMs, durationMs, outcome }) => {
    const endMs = beginMs + durationMs
    if (endMs < (due.get(node) ?? 0)) return
    due.set(node, endMs + CALLS_EVERY_MS)
    const endTime = Date.now()
    const attributes = { 'millrace.node': node, 'millrace.outcome': outcome }
    const span = tracer.startSpan('millrace.call', { startTime: endTime - durationMs, attributes }, inside)
    if (outcome === 'failed') span.setStatus({ code: codes.ERROR })
    span.end(endTime)
  })
}

function endSpan(span: Span, outcome: string, codes: Api['SpanStatusCode']): void {
  span.setAttribute('millrace.outcome', outcome)
  if (outcome === 'failed') span.setStatus({ code: codes.ERROR })
  span.end()
}

function attributesOf(info: CheckpointInfo): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(info).flatMap(([key, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[`millrace.checkpoint.${key}`, value]] : [],
    ),
  )
}
