// Goal: OpenTelemetry is told what `/metrics` tells, and the course of the run as spans.

import { SpanStatusCode } from '@opentelemetry/api'
import {
  AggregationTemporality,
  DataPointType,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { run } from 'millrace'
import { observeRun } from 'millrace/otel'
import { flatMap, forEach, fromIterable, map } from 'millrace/terms'
import { expect, test, vi } from 'vitest'
import { BOUNDS, bucketsOf } from '../metrics/histograms.ts'
import { instruments } from '../metrics/instruments.ts'
import { Readings } from '../metrics/readings.ts'

function sdk() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1 << 30 })
  const meters = new MeterProvider({ readers: [reader] })
  const spans = new InMemorySpanExporter()
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
  return {
    exporter,
    meters,
    spans,
    tracers,
    options: { meter: meters.getMeter('t'), tracer: tracers.getTracer('t') },
  }
}

test('the exporter agrees with /metrics, instrument by instrument', async () => {
  const { exporter, meters, options } = sdk()
  const term = fromIterable([1, 2, 3, 4]).pipe(
    flatMap((n: number) => [n, n]),
    map(async (n: number) => (n % 2 === 0 ? n : undefined)).edge({ capacityItems: 1 }),
    forEach(() => {}),
  )
  const store = { place: 'memory', list: async () => [], read: async () => new Uint8Array() }
  const nothing = async (): Promise<void> => {}
  const checkpoint = { store: { ...store, write: nothing, remove: nothing }, everyItems: 1 }
  const running = run(term, { checkpoint })
  const stop = await observeRun(running, options)
  await running.done
  await meters.forceFlush()
  await meters.forceFlush() // what has been told is not told again
  const { scopeMetrics = [] } = exporter.getMetrics().at(-1) ?? {}
  const told = scopeMetrics.flatMap(({ metrics }) => metrics)
  const isHistogram = ({ dataPointType }: MetricData): boolean => dataPointType === DataPointType.HISTOGRAM
  const told2 = told
    .filter((metric) => !isHistogram(metric))
    .map(({ descriptor, dataPointType, dataPoints, ...rest }) => {
      expect(dataPointType).toBe(DataPointType.SUM)
      const isCounter = 'isMonotonic' in rest && rest.isMonotonic
      const points = dataPoints.map(({ attributes, value }) => [attributes, value])
      return { name: descriptor.name, unit: descriptor.unit, isCounter, points }
    })
  const { values, histograms } = new Readings(() => running.stats()).read()
  const expected = values
    .filter(({ points }) => points.length > 0)
    .map(({ instrument: { name, unit, kind }, points }) => ({
      name,
      unit,
      isCounter: kind === 'counter',
      points: points.map(({ attributes, value }) => [attributes, value]),
    }))
  const byName = (one: { readonly name: string }, other: { readonly name: string }): number =>
    one.name < other.name ? -1 : 1
  expect(told2.toSorted(byName)).toEqual(expected.toSorted(byName))
  expect(told2.length).toBeGreaterThan(instruments.length / 2)
  const toldTimes = told.filter(isHistogram).map(({ descriptor, dataPoints }) => ({
    name: descriptor.name,
    points: dataPoints.map(({ attributes, value }) => {
      const { count, sum = Number.NaN, buckets } = value as Histogram
      return { attributes, count, sum: sum.toFixed(9), ...buckets }
    }),
  }))
  const expectedTimes = histograms.map(({ instrument, points }) => ({
    name: instrument.name,
    points: points.map(({ attributes, durations }) => ({
      attributes,
      count: durations.count,
      sum: (durations.sumMs / 1000).toFixed(9),
      boundaries: BOUNDS,
      counts: bucketsOf(durations),
    })),
  }))
  expect(toldTimes.toSorted(byName)).toEqual(expectedTimes.toSorted(byName))
  expect(toldTimes.map(({ points }) => points.length > 0)).toEqual([true, true])
  stop()
  await meters.shutdown()
})

test('a run is a span, with how it ended', async () => {
  const { spans, options } = sdk()
  const good = run(fromIterable([1, 2]).pipe(forEach(() => {})))
  await observeRun(good, options)
  await good.done
  const bad = run(
    fromIterable([1]).pipe(
      forEach(() => {
        throw new Error('broken')
      }),
    ),
  )
  const failed = expect(bad.done).rejects.toMatchObject({ code: 'TERM_FAILED' })
  await observeRun(bad, options)
  await failed
  await new Promise((resolve) => setImmediate(resolve))
  const ended = spans.getFinishedSpans().map(({ name, status, attributes, events }) => ({
    ...{ name, code: status.code, outcome: attributes['millrace.outcome'] },
    ...{ items: attributes['millrace.items.in'], events: events.map((event) => event.name) },
  }))
  expect(ended).toEqual([
    { name: 'millrace.run', code: SpanStatusCode.UNSET, outcome: 'completed', items: 2, events: [] },
    { name: 'millrace.run', code: SpanStatusCode.ERROR, outcome: undefined, items: 1, events: ['exception'] },
  ])
})

test('without @opentelemetry/api it says what to install', async () => {
  vi.doMock('@opentelemetry/api', () => {
    throw new Error('absent')
  })
  try {
    const running = run(fromIterable([1]).pipe(forEach(() => {})))
    await expect(observeRun(running)).rejects.toMatchObject({
      code: 'OTEL_MISSING',
      message: expect.stringContaining('npm install @opentelemetry/api'),
    })
    await running.done
  } finally {
    vi.doUnmock('@opentelemetry/api')
  }
})

test('of many calls of an async term some are spans, beneath that of the run', async () => {
  const { spans, options } = sdk()
  let observed = (): void => {}
  const isObserved = new Promise<void>((resolve) => {
    observed = resolve
  })
  const items = Array.from({ length: 20 }, (_, n) => n)
  const ready = map((n: number) => isObserved.then(() => n))
  const lookup = map((n: number) => new Promise<number>((resolve) => setImmediate(resolve, n))).named(
    'lookup',
  )
  const running = run(
    fromIterable(items).pipe(
      ready,
      lookup,
      forEach(() => {}),
    ),
  )
  await observeRun(running, options)
  observed()
  await running.done
  await new Promise((resolve) => setImmediate(resolve))
  const ended = spans.getFinishedSpans()
  const calls = ended.filter(({ attributes }) => attributes['millrace.node'] === 'lookup')
  const whole = ended.find(({ name }) => name === 'millrace.run')
  expect(calls[0]?.attributes).toEqual({ 'millrace.node': 'lookup', 'millrace.outcome': 'settled' })
  expect(calls[0]?.parentSpanContext?.spanId).toBe(whole?.spanContext().spanId)
})
