/** Goal: the figures of a run, as text that fits. */
import type { Stats } from '@millrace/core'
import { expect, test } from 'vitest'
import { closingLine, progressLine } from './progress-line.ts'

const items = {
  in: 0,
  copied: 0,
  expanded: 0,
  out: 0,
  filtered: 0,
  joined: 0,
  dropped: 0,
  deadLettered: 0,
  unmatched: 0,
  discarded: 0,
}

function stats(elapsedMs: number, into: number, out: number, more: Partial<Stats> = {}): Stats {
  const figures = { elapsedMs, items: { ...items, in: into, out }, nodes: [], stages: [], ...more }
  return figures as unknown as Stats
}

const stages = [
  { index: 0, nodes: ['csv', 'map'], activations: 3, busyMs: 250 },
  { index: 1, nodes: ['sort'], activations: 3, busyMs: 1400 },
  { index: 2, nodes: ['print'], activations: 0, busyMs: 0 },
] as unknown as Stats['stages']

test('the rate is that of the last interval, shares are those of the whole time, the busiest first', () => {
  const line = progressLine(
    stats(2000, 1_502_000, 900, { stages }),
    stats(1500, 2000, 0),
    90 * 1024 * 1024,
    200,
  )
  expect(line).toBe('1,502,000 in, 900 out | 3M items/s | 90 MB | sort 70 % | csv+map 13 %')
})

test('the first line has nothing before it', () => {
  expect(progressLine(stats(500, 100, 0), undefined, 0, 200)).toBe('100 in, 0 out | 200 items/s | 0 MB')
  expect(progressLine(stats(0, 0, 0), undefined, 0, 200)).toBe('0 in, 0 out | 0 items/s | 0 MB')
})

test('the rate is that of the term through which most items went', () => {
  const nodes = (...out: number[]) =>
    ['fromIterable', 'flatMap', 'reduce'].map((id, at) => ({
      id,
      in: 0,
      out: out[at],
    })) as unknown as Stats['nodes']
  const [before, now] = [
    stats(1000, 1, 0, { nodes: nodes(1, 500, 0) }),
    stats(2000, 1, 0, { nodes: nodes(1, 900, 0) }),
  ]
  expect(progressLine(now, before, 0, 200)).toBe('1 in, 0 out | 400 items/s | 0 MB')
  expect(closingLine('g.ts', 'completed', now)).toBe('g.ts completed in 2.00 s: 1 in, 0 out, 450 items/s')
})

test('a line never outgrows the terminal', () => {
  expect(progressLine(stats(500, 100, 0), undefined, 0, 12)).toBe('100 in, 0 o…')
})

test.each([
  [stats(148.6, 10_008, 8), 'g.ts completed in 0.15 s: 10,008 in, 8 out, 67.3K items/s'],
  [stats(12_340, 1, 1), 'g.ts completed in 12.3 s: 1 in, 1 out, 0.081 items/s'],
  [
    { ...stats(125_000, 5, 1), items: { ...items, in: 5, out: 1, dropped: 3, unmatched: 1 } },
    'g.ts completed in 2 min 5 s: 5 in, 1 out, 4 dropped, set aside or unmatched, 0.04 items/s',
  ],
])('the closing line', (figures, line) => {
  expect(closingLine('g.ts', 'completed', figures)).toBe(line)
})
