/** Goal: the figures of a run, as text that fits. */
import type { Stats } from '@millrace/core'
import { expect, test } from 'vitest'
import { howFar } from './how-far.ts'
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
  const figures = { elapsedMs, items: { ...items, in: into, out }, nodes: [], stages: [], edges: [], ...more }
  return figures as unknown as Stats
}

const stages = (busyMs: number, backpressuredMs: number) =>
  [
    { index: 0, nodes: ['csv', 'map'], busyMs: 0, backpressuredMs },
    { index: 1, nodes: ['sort'], busyMs, backpressuredMs: 0 },
  ].map((stage) => ({ ...stage, waitingMs: 0, awaitedMs: 0, idleMs: 0 })) as unknown as Stats['stages']

const nodes = ['csv', 'map', 'sort'].map((id, at) => ({ id, stage: at >> 1, in: 0, out: 0 }))
const edges = [{ from: 'map', to: 'sort' }]

test('rate and limiting term are those of the last interval', () => {
  const graph = { nodes, edges } as unknown as Partial<Stats>
  const view = {
    stats: stats(2000, 1_502_000, 900, { ...graph, stages: stages(1400, 1300) }),
    before: stats(1500, 2000, 0, { ...graph, stages: stages(1000, 900) }),
    rssBytes: 90 * 1024 * 1024,
  }
  const line = progressLine(view, 200)
  expect(line).toBe(
    '1,502,000 in, 900 out | 3M items/s | 90 MB | limited by `sort`: busy 80 %; `map` held back 80 %',
  )
})

test('the first line has nothing before it', () => {
  expect(progressLine({ stats: stats(500, 100, 0), rssBytes: 0 }, 200)).toBe(
    '100 in, 0 out | 200 items/s | 0 MB',
  )
  expect(progressLine({ stats: stats(0, 0, 0), rssBytes: 0 }, 200)).toBe('0 in, 0 out | 0 items/s | 0 MB')
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
  expect(progressLine({ stats: now, before, rssBytes: 0 }, 200)).toBe('1 in, 0 out | 400 items/s | 0 MB')
  expect(closingLine('g.ts', 'completed', now)).toBe('g.ts completed in 2.00 s: 1 in, 0 out, 450 items/s')
})

test('a line never outgrows the terminal', () => {
  expect(progressLine({ stats: stats(500, 100, 0), rssBytes: 0 }, 12)).toBe('100 in, 0 o…')
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

const reading = (elapsedMs: number, ...wholes: ([number, number, 'items' | 'bytes'] | undefined)[]) =>
  stats(elapsedMs, 0, 0, {
    nodes: [...wholes, undefined].map((whole, at) => {
      const [done, total, unit] = whole ?? []
      return {
        id: `n${at}`,
        in: 0,
        out: 0,
        ...(whole === undefined ? {} : { progress: { done, total, unit } }),
      }
    }),
    edges: wholes.map((_, at) => ({ from: `n${at}`, to: `n${wholes.length}` })),
  } as unknown as Partial<Stats>)

test('where the sources know their whole there is a bar, and the time that is left', () => {
  const line = (now: Stats, first?: Stats) =>
    progressLine({ stats: now, before: now, first, rssBytes: 0 }, 200).split(' | ')[0]
  expect(line(reading(10_000, [25, 100, 'bytes']))).toBe('████░░░░░░░░░░░░ 25 %, 30 s left')
  expect(line(reading(90_000, [1, 100, 'bytes']))).toBe('░░░░░░░░░░░░░░░░ 1 %, 2 h 28 min left')
  // one that goes on from a checkpoint had half of it before it began
  expect(line(reading(10_000, [75, 100, 'items']), reading(500, [50, 100, 'items']))).toBe(
    '████████████░░░░ 75 %, 10 s left',
  )
  expect(line(reading(10_000, [100, 100, 'items']))).toBe('████████████████ 100 %')
  expect(line(reading(0, [0, 100, 'items']))).toBe('░░░░░░░░░░░░░░░░ 0 %')
})

test('several sources are one whole, unless one of them does not know its own', () => {
  expect(howFar(reading(1000, [30, 100, 'bytes'], [30, 20 + 80, 'bytes']))).toEqual({
    share: 0.3,
    restMs: 1000 * (0.7 / 0.3),
  })
  expect(howFar(reading(1000, [50, 100, 'bytes'], [9, 10, 'items']))?.share).toBe(0.5)
  expect(howFar(reading(1000, [50, 100, 'bytes'], undefined))).toBeUndefined()
  expect(howFar(reading(1000, [0, 0, 'items']))).toBeUndefined()
  // a file that has grown since
  expect(howFar(reading(1000, [110, 100, 'bytes']))?.share).toBe(1)
})
