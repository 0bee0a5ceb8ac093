/** Goal: a run as a table, in plain text: every term in its place, the limiting one marked, and never more than fits. */
import type { Stats } from '@millrace/core'
import { Moments, type Picture } from '@millrace/ui'
import { expect, test } from 'vitest'
import { progressTable } from './progress-table.ts'

const shares = (busyShare: number, waitingShare: number, backpressuredShare: number) => ({
  busyShare,
  waitingShare,
  backpressuredShare,
  idleShare: 1 - busyShare - waitingShare - backpressuredShare,
})

const picture: Picture = {
  nodes: ['csv', 'look\nup', 'store 行'].map((id) => ({ id, kind: 'map' })),
  edges: [0, 1].map((at) => ({ from: at, output: 'out', to: at + 1, input: 'in', port: '' })),
}

const stats = {
  elapsedMs: 2000,
  items: { in: 4000, out: 1000 },
  nodes: picture.nodes.map(({ id }, stage) => ({ id, stage, in: 2000 * stage, out: 1000 * (2 - stage) })),
  stages: [shares(0.1, 0, 0.9), shares(0.25, 0.75, 0), shares(0.02, 0, 0)].map((share, index) => ({
    index,
    nodes: [picture.nodes[index]?.id],
    runsOn: 'caller',
    ...share,
  })),
  edges: picture.edges.map(({ from, to }, at) => ({
    kind: 'queue',
    from: picture.nodes[from]?.id,
    output: 'out',
    to: picture.nodes[to]?.id,
    input: 'in',
    items: at === 0 ? 1024 : 3,
    capacityItems: 1024,
    fill: 1,
    sent: 0,
    dropped: 0,
  })),
  failures: { byTerm: { 'look\nup': { error: 12, timeout: 0, worker: 0, circuit: 0 } } },
} as unknown as Stats

const frame = {
  time: 0,
  state: 'running',
  stats,
  limit: { term: 'look\nup', text: 'limited by it' },
} as const

/** As the run began. */
const before = {
  ...frame,
  stats: { ...stats, elapsedMs: 0, nodes: stats.nodes.map((node) => ({ ...node, in: 0, out: 0 })) },
}

const table = (width: number, height: number) => {
  const moments = new Moments(picture)
  moments.next(before)
  return progressTable({ stats, rssBytes: 0 }, picture, moments.next(frame), { width, height })
}

test('a line for each term', () => {
  expect(table(200, 24).slice(1)).toEqual([
    'term        state          busy  wait  held  idle  in/s  out/s  queued  failed',
    '  csv       backpressured  10 %   0 %  90 %   0 %     0     1K       0       0',
    '> look up   waiting        25 %  75 %   0 %   0 %    1K    500   1.02K      12',
    '  store 行  idle            2 %   0 %   0 %  98 %    2K      0       3       0',
  ])
})

test('where there is no room, those that do most, in no more lines and columns than there are', () => {
  const lines = table(24, 5)
  expect(lines.slice(1)).toEqual([
    'term       state    bus…',
    '> look up  waiting  25 …',
    'and 2 terms that do less',
  ])
  expect(lines.length).toBeLessThan(5)
})
