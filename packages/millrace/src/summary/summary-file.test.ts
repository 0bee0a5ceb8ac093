/** Goal: a summary says whether the items add up, and is written whole or not at all. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ledger, Stats } from '@millrace/core'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { isBalanced, type RunReport, summaryOf, writeSummary } from './summary-file.ts'

const items: Ledger = {
  in: 10,
  copied: 2,
  expanded: 3,
  out: 5,
  filtered: 4,
  joined: 3,
  dropped: 1,
  deadLettered: 1,
  unmatched: 1,
  discarded: 0,
}

const report: RunReport = {
  module: 'g.ts',
  params: {},
  outcome: 'completed',
  ...{ strategy: 'inline', workers: 0, settings: {}, losses: [] },
  stats: { elapsedMs: 5, items, nodes: [], stages: [], edges: [], grown: 0 } as unknown as Stats,
  results: { total: 3, nothing: undefined, when: new Date(0) },
}

test.each<[Partial<Ledger>, RunReport['outcome'], boolean]>([
  [{}, 'completed', true],
  [{}, 'stopped', true],
  [{ out: 4 }, 'completed', false],
  [{ out: 4, discarded: 1 }, 'completed', false],
  [{ out: 4, discarded: 1 }, 'cancelled', true],
  [{ out: 6, discarded: -1 }, 'failed', false],
])('%j of a run that %s', (changed, outcome, expected) => {
  expect(isBalanced({ ...items, ...changed }, outcome)).toBe(expected)
})

test('results that JSON cannot hold are named', () => {
  expect(summaryOf(report)).toMatchObject({ results: { total: 3 }, resultsLeftOut: ['when'], balanced: true })
  expect(summaryOf(report)).not.toHaveProperty('error')
})

test('a summary replaces the one before and leaves nothing else', async () => {
  const folder = temporaryFolder({ 's.json': 'old' })
  await writeSummary(join(folder, 's.json'), report)
  expect(JSON.parse(readFileSync(join(folder, 's.json'), 'utf8'))).toMatchObject({ module: 'g.ts', items })
  expect(readdirSync(folder)).toEqual(['s.json'])
})

test('a place that cannot be written to is found, and nothing is left there', async () => {
  const folder = temporaryFolder({ 'sub/file': '' })
  await expect(writeSummary(join(folder, 'sub'), report)).rejects.toThrow('cannot be written')
  expect(readdirSync(folder)).toEqual(['sub'])
})
