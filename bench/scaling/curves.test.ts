// Goal: the table and the page show what was measured, what failed, and apart from it what was recorded elsewhere.

import { expect, test } from 'vitest'
import type { Outcome, Row } from '../harness/contracts.ts'
import { showScaling } from './curves.ts'

const spread = (value: number) => ({ median: value, min: value, max: value })

const row = (workload: string, contender: string, more: Partial<Row> = {}): Row => ({
  ...{ workload, contender, items: 1000, rounds: 1, notes: [] },
  figures: {
    itemsPerSecond: spread(4000),
    runMs: spread(250),
    peakRssBytes: spread(64 * 2 ** 20),
    peakThreads: spread(13),
  },
  ...more,
})

const outcome: Outcome = {
  ...{ suite: 'scaling', question: '', mode: 'quick', ratios: {}, targets: [] },
  machine: {
    ...{ cpu: 'a processor', cores: 2, memoryBytes: 2 ** 34, platform: 'linux', node: 'v20.20.2', v8: '' },
    loadAtStart: 0.5,
  },
  rows: [
    row('cpu20', 'pool'),
    row('cpu200', 'pool'),
    row('cpu200', 'tinypool', { rounds: 0, figures: {}, failed: 'it ran out of memory' }),
    row('cpu200', 'idle'),
    row('cpu20', 'worker-per-term', { rounds: 0, figures: {}, leftOut: 'only with --full' }),
    row('cpu20', 'logicsponge', { rounds: 0, figures: { itemsPerSecond: spread(900) } }),
  ],
}

test('a table of terms by contenders, and what failed', () => {
  expect(showScaling(outcome).lines).toEqual([
    'scaling (quick), terms that compute: a processor, 2 processors, 16 GiB, Node v20.20.2, load 0.5',
    '',
    'outputs/s, median of 1:',
    'terms  pool  tinypool',
    '20     4000         –',
    '200    4000         –',
    'failed: tinypool, terms 200: it ran out of memory',
    '',
  ])
})

test('curves of three figures; recorded ones are dashed', () => {
  const { svg, html } = showScaling(outcome)
  const tooltips = [...svg.matchAll(/<title>(.*?)<\/title>/g)].map(([, text]) => text)
  expect(tooltips).toEqual([
    ...['pool, terms 20: 4.0 k', 'pool, terms 200: 4.0 k', 'logicsponge, terms 20: 900'],
    ...['pool, terms 20: 13', 'pool, terms 200: 13'],
    ...['pool, terms 20: 64', 'pool, terms 200: 64'],
  ])
  expect(html).toContain(svg)
  expect(html).not.toContain('NaN')
})
