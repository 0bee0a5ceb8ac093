// Goal: the dashboard for Grafana asks for series, and labels, that there are.

import { readFileSync } from 'node:fs'
import { run } from 'millrace'
import { forEach, fromIterable, map } from 'millrace/terms'
import { expect, test } from 'vitest'
import { histograms } from './histograms.ts'
import { instruments } from './instruments.ts'
import { prometheusName, prometheusText } from './prometheus.ts'
import { Readings } from './readings.ts'

interface Panel {
  readonly title: string
  readonly targets: readonly { readonly expr: string }[]
}

const file = new URL('../../../../docs/grafana/millrace.json', import.meta.url)
const { panels } = JSON.parse(readFileSync(file, 'utf8')) as { readonly panels: readonly Panel[] }
const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))

test('every series is one of the table', () => {
  const names = new Set([
    ...instruments.map(prometheusName),
    ...histograms.map((instrument) => `${prometheusName(instrument)}_bucket`),
  ])
  const asked = queries.flatMap((query) => query.match(/millrace_\w+/g) ?? [])
  expect(asked.length).toBeGreaterThanOrEqual(panels.length)
  expect(asked.filter((name) => !names.has(name))).toEqual([])
})

test('every label is one of its series', async () => {
  const failing = map((): number => {
    throw new Error('no')
  }).onFailure({ onError: 'skip' })
  const running = run(
    fromIterable([1, 2]).pipe(
      failing.edge({ capacityItems: 1 }),
      forEach(() => {}),
    ),
  )
  await running.done
  const text = prometheusText(new Readings(() => running.stats()).read())
  const perSeries = new Map<string, Set<string>>()
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? /gm)) {
    perSeries.set(name, new Set([...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label)))
  }
  const wrong = queries.flatMap((query) => {
    const [name = ''] = query.match(/millrace_\w+/) ?? []
    const known = perSeries.get(name)
    const asked = [...query.matchAll(/by \(([^)]*)\)|[{,](\w+)=/g)]
      .flatMap(([, by, one]) => (by ?? one ?? '').split(', '))
      .filter((label) => label !== 'instance')
    return known === undefined
      ? []
      : asked.filter((label) => !known.has(label)).map((label) => `${name} ${label}`)
  })
  expect(wrong).toEqual([])
  expect(queries.some((query) => query.includes('histogram_quantile(0.99, '))).toBe(true)
  expect(perSeries.has('millrace_edge_wait_duration_seconds_bucket')).toBe(true)
  expect(perSeries.size).toBeGreaterThan(20)
})
