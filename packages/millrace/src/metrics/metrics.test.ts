// Goal: what `/metrics`, `/livez` and `/readyz` say is true, can be parsed, and is told to nobody else.

import { request as ask, type Server } from 'node:http'
import { Histogram } from '@millrace/core/engine'
import { run } from 'millrace'
import { flatMap, forEach, fromIterable, map, mapAsync } from 'millrace/terms'
import parse, { type Metric } from 'parse-prometheus-text-format'
import { expect, test } from 'vitest'
import { BOUNDS, bucketsOf, durationsSince, histograms, valuesLike } from './histograms.ts'
import { instruments } from './instruments.ts'
import { prometheusName, prometheusText } from './prometheus.ts'
import { Readings } from './readings.ts'
import { isOwnHost, metricsAddress, serveMetrics } from './server.ts'

interface Answer {
  readonly status: number | undefined
  readonly text: string
}

function get(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = ask({ host: '127.0.0.1', port, path, headers, method, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode, text }))
    })
    asked.on('error', reject).end()
  })
}

const portOf = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.once('listening', () => resolve((server.address() as { port: number }).port))
  })

const valuesOf = (metrics: readonly Metric[], name: string): number[] =>
  metrics.find((metric) => metric.name === name)?.metrics.map(({ value }) => Number(value)) ?? []
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)

/** The samples of histograms, by series without `le`: the parser puts those of all labels together. */
function histogramsOf(
  text: string,
): Map<string, { buckets: [bound: number, count: number][]; sum: number; count: number }> {
  const all: ReturnType<typeof histogramsOf> = new Map()
  for (const [, name = '', suffix, labels = '', value] of text.matchAll(
    /^(\w+_seconds)_(bucket|sum|count)(?:\{(.*)\})? (\S+)$/gm,
  )) {
    const [, le] = /,?le="([^"]*)"$/.exec(labels) ?? []
    const key = `${name} ${labels.replace(/,?le="[^"]*"$/, '')}`
    const series = all.get(key) ?? { buckets: [], sum: Number.NaN, count: Number.NaN }
    all.set(key, series)
    if (suffix === 'bucket') series.buckets.push([Number(le?.replace('+Inf', 'Infinity')), Number(value)])
    else series[suffix as 'sum' | 'count'] = Number(value)
  }
  return all
}

/** Buckets hold what is not longer, the last one all; and nothing has become less since the scrape before. */
function checkHistograms(text: string, textBefore: string): void {
  const before = histogramsOf(textBefore)
  for (const [key, { buckets, sum: total, count }] of histogramsOf(text)) {
    const last = before.get(key)
    const isGrowing = (at: 0 | 1): boolean =>
      buckets.every((bucket, n) => n === 0 || bucket[at] >= (buckets[n - 1]?.[at] as number))
    expect([key, isGrowing(0), isGrowing(1)]).toEqual([key, true, true])
    expect([key, buckets.at(-1)]).toEqual([key, [Number.POSITIVE_INFINITY, count]])
    expect([key, count >= (last?.count ?? 0), total >= (last?.sum ?? 0)]).toEqual([key, true, true])
    expect(buckets.filter(([, now], at) => now < (last?.buckets[at]?.[1] ?? 0))).toEqual([])
  }
}

const later = (n: number): Promise<number> => new Promise((resolve) => setImmediate(resolve, n))

test('counters never fall, and what was born has ended or is under way, at each of 1,000 scrapes', async () => {
  const term = fromIterable(Array.from({ length: 6000 }, (_, n) => n)).pipe(
    flatMap((n: number) => (n % 3 === 0 ? [] : [n, -n])),
    mapAsync((n: number) => later(n), { concurrency: 8 }).edge({ capacityItems: 4 }),
    map((n: number) => (n % 2 === 0 ? n : undefined)),
    map((n: number) => (n % 5 === 0 ? later(n) : n)),
    forEach((n) => (n % 7 === 0 ? later(n) : n)),
  )
  const running = run(term, { edges: { capacityItems: 16 } })
  const readings = new Readings(() => running.stats())
  let before: readonly Metric[] = []
  let textBefore = ''
  let scrapes = 0
  const scrape = (): void => {
    const text = prometheusText(readings.read())
    const metrics = parse(text)
    checkHistograms(text, textBefore)
    textBefore = text
    scrapes++
    for (const { name, type, metrics: points } of metrics) {
      if (type !== 'COUNTER') continue
      const old = new Map(
        before
          .find((metric) => metric.name === name)
          ?.metrics.map((point) => [JSON.stringify(point.labels), point]),
      )
      for (const { labels, value } of points) {
        const last = Number(old.get(JSON.stringify(labels))?.value ?? 0)
        if (!(Number(value) >= last))
          throw new Error(`${name} ${JSON.stringify(labels)}: ${last}, then ${value}`)
      }
    }
    const [born, ended] = ['millrace_run_born_items_total', 'millrace_run_ended_items_total'].map((name) =>
      sum(valuesOf(metrics, name)),
    )
    const [underWay = Number.NaN] = valuesOf(metrics, 'millrace_run_under_way_items')
    if (!(underWay >= 0) || born !== (ended as number) + underWay) {
      throw new Error(`${born} born, ${ended} ended, ${underWay} under way`)
    }
    before = metrics
  }
  while (running.stats().phase !== 'ended' && scrapes < 1000) {
    scrape()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { items } = await running.done
  scrape()
  expect(scrapes).toBeGreaterThan(999)
  expect(histogramsOf(textBefore).size).toBeGreaterThan(1)
  expect(valuesOf(before, 'millrace_run_under_way_items')).toEqual([0])
  expect(sum(valuesOf(before, 'millrace_run_ended_items_total'))).toBe(
    items.in + items.copied + items.expanded,
  )
})

test.each([
  ['side by side', (f: (n: number) => Promise<number>) => mapAsync(f, { concurrency: 3 })],
  ['one by one', (f: (n: number) => Promise<number>) => map(f)],
])('a call under way is no item without an output: %s', async (_, term) => {
  const calls: (() => void)[] = []
  const held = (n: number) => new Promise<number>((resolve) => calls.push(() => resolve(n)))
  const running = run(
    fromIterable([1, 2, 3]).pipe(
      term(held),
      forEach(() => {}),
    ),
  )
  const readings = new Readings(() => running.stats())
  const filtered = () =>
    valuesOf(parse(prometheusText(readings.read())), 'millrace_node_filtered_items_total')
  const taken = () => running.stats().nodes[1]?.in ?? 0
  let isOver = false
  running.done.then(() => {
    isOver = true
  })
  for (let looks = 0; !isOver; looks++) {
    expect(filtered()[1] ?? 0).toBe(0)
    if (looks > 3 && taken() > 0) calls.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect([taken(), filtered()[1]]).toEqual([3, 0])
})

test('all names are those of the table, with units, help and type', async () => {
  const running = run(
    fromIterable([1, 2, 3]).pipe(
      mapAsync(later),
      forEach(() => {}),
    ),
  )
  await running.done
  const metrics = parse(prometheusText(new Readings(() => running.stats()).read()))
  const names = [...instruments, ...histograms].map(prometheusName)
  expect(names.filter((name) => !/^millrace_[a-z_]+$/.test(name))).toEqual([])
  for (const { name, help, type, metrics: points } of metrics) {
    expect(names).toContain(name)
    const kind = name.endsWith('_total') ? 'COUNTER' : name.includes('_duration_') ? 'HISTOGRAM' : 'GAUGE'
    expect([help.length > 10, type]).toEqual([true, kind])
    expect(points.length).toBeGreaterThan(0)
  }
  expect(valuesOf(metrics, 'millrace_node_consumed_items_total')).toEqual([0, 3, 3])
  expect(sum(valuesOf(metrics, 'millrace_stage_time_seconds_total'))).toBeCloseTo(
    3 * sum(valuesOf(metrics, 'millrace_run_elapsed_time_seconds_total')),
    6,
  )
})

test('it is ready while it runs, not while it drains, and gone when it has ended', async () => {
  let release = (): void => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  function* numbers() {
    for (let n = 0; ; n++) yield n
  }
  const running = run(
    fromIterable(numbers).pipe(
      map((n: number) => gate.then(() => n)),
      forEach(() => {}),
    ),
  )
  const server = serveMetrics(running, { port: 0 })
  const port = await portOf(server)
  const paths = ['/livez', '/readyz', '/metrics', '/', '/metricsx']
  const all = await Promise.all(paths.map((path) => get(port, path)))
  expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 404, 404])
  expect((await get(port, '/metrics', {}, 'POST')).status).toBe(405)
  expect((await get(port, '/metrics', { host: 'evil.test' })).status).toBe(403)
  const ended = running.stop()
  expect(await get(port, '/readyz')).toEqual({ status: 503, text: 'draining\n' })
  expect((await get(port, '/livez')).status).toBe(200)
  release()
  await ended
  await expect(get(port, '/livez')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('before the start it is not ready', async () => {
  const running = run(fromIterable([1]).pipe(forEach(() => {})))
  expect(running.stats().phase).toBe('starting')
  await running.done
  expect(running.stats().phase).toBe('ended')
})

test('with a token, figures are for those who have it, health for all', async () => {
  const running = run(fromIterable([1, 2]).pipe(forEach(() => new Promise(() => {}))))
  const port = await portOf(serveMetrics(running, { port: 0, token: 'secret' }))
  const asked = ['Bearer secret', 'Bearer wrong', 'secret'].map((authorization) =>
    get(port, '/metrics', { authorization }),
  )
  const statuses = (await Promise.all([...asked, get(port, '/metrics'), get(port, '/livez')])).map(
    ({ status }) => status,
  )
  expect(statuses).toEqual([200, 401, 401, 401, 200])
  await running.cancel()
  await expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
})

test.each([
  ['127.0.0.1:9464', true],
  ['localhost:9464', true],
  ['[::1]:9464', true],
  ['192.168.0.7', true],
  ['metrics.test:80', true],
  ['evil.test', false],
  ['127.0.0.1.evil.test', false],
  [undefined, false],
])('Host: %s', (header, isOwn) => {
  expect(isOwnHost(header, 'metrics.test')).toBe(isOwn)
})

test('an address is a port, or a host and a port', () => {
  expect(['9464', ':9464', 'localhost:1', '[::1]:0'].map(metricsAddress)).toEqual([
    { port: 9464 },
    { port: 9464 },
    { host: 'localhost', port: 1 },
    { host: '::1', port: 0 },
  ])
  for (const text of ['', 'host', 'host:', '1:2:3', '127.0.0.1:99999']) {
    expect(() => metricsAddress(text)).toThrow('--metrics takes HOST:PORT')
  }
})

test('labels are escaped', () => {
  const reading = {
    instrument: { ...(instruments[0] as (typeof instruments)[number]), help: 'a\\b\nc' },
    points: [{ attributes: { node: 'a "b"\n\\' }, value: 2 }],
  }
  expect(prometheusText({ values: [reading], histograms: [] })).toBe(
    '# HELP millrace_node_consumed_items_total a\\\\b\\nc\n' +
      '# TYPE millrace_node_consumed_items_total counter\n' +
      'millrace_node_consumed_items_total{node="a \\"b\\"\\n\\\\"} 2\n',
  )
})

test('the waits of an edge are those of its writer: as many, and as long in all', async () => {
  const gates: (() => void)[] = []
  const held = forEach(() => new Promise<void>((resolve) => gates.push(resolve)))
  const running = run(fromIterable([1, 2, 3, 4, 5]).pipe(held.edge({ capacityItems: 1 })))
  let isOver = false
  running.done.then(() => {
    isOver = true
  })
  while (!isOver) {
    gates.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const [edge] = running.stats().edges
  const text = prometheusText(new Readings(() => running.stats()).read())
  const series = (suffix: string): number =>
    Number(
      new RegExp(`^millrace_edge_wait_duration_seconds_${suffix}{from="fromIterable",[^}]*} (.*)$`, 'm').exec(
        text,
      )?.[1],
    )
  expect(series('count')).toBeGreaterThanOrEqual(3)
  expect(series('count')).toBe(edge?.waits?.count)
  expect(series('sum')).toBeCloseTo((edge?.blockedMs ?? Number.NaN) / 1000, 9)
})

test('values that stand for durations have their counts and their sum', () => {
  const histogram = new Histogram()
  for (const ms of [0, 0.001, 0.016, 0.5, 0.5, 0.5001, 3, 40, 33_554, 33_555, 1e6]) histogram.add(ms)
  const before = histogram.figures
  for (const ms of [2, 2, 2.1]) histogram.add(ms)
  for (const durations of [before, durationsSince(histogram.figures, before)]) {
    const values = valuesLike(durations).flatMap(({ value, times }) => new Array<number>(times).fill(value))
    const counts = new Array<number>(BOUNDS.length + 1).fill(0)
    for (const value of values) {
      const at = BOUNDS.findIndex((bound) => value <= bound)
      const bucket = at < 0 ? BOUNDS.length : at
      counts[bucket] = (counts[bucket] as number) + 1
    }
    expect(counts).toEqual(bucketsOf(durations))
    expect(sum(values) / (durations.sumMs / 1000)).toBeCloseTo(1, 9)
  }
})
